"""What a file of sentences should not hold: something else, saved in its place, or text that went wrong before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mclner.common.exceptions import InputError

LEAST = 3  # tokens of a kind that make a doubt, and no chance
NEARLY_ALL = 0.9  # of the tokens
POINTER = "version https://git-lfs.github.com/spec/"
PAGE = re.compile(r"\s*<(!doctype\s+html|html|\?xml)\b", re.IGNORECASE)
CONFLICT = re.compile(r"(<{7}|>{7})( .*)?")
ONE_LINE = "|||"  # between the words of a sentence and its tags
TWICE_ENCODED = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u20ac\u0152-\u0178\u2018-\u2026]|\u00e2\u20ac")
ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")
ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")


def refuse_foreign(path: Path, lines: Sequence[str]) -> None:
    """Raise InputError where the first `lines` of a file are no sentences: a pointer, a web page, an unmerged file."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return
    if filled[0].startswith(POINTER):
        raise InputError(path, "is a pointer of Git LFS and not the file itself.", "Fetch it: git lfs pull.")
    if PAGE.match(filled[0]):
        raise InputError(path, "is a web page or XML.", "Download the file itself (its raw form), or convert it.")
    marks = [number for number, line in enumerate(lines, start=1) if CONFLICT.fullmatch(line)]
    if len(marks) > 1:
        raise InputError(path, "holds the marks of a merge that was not ended.", "Choose one of the sides.", marks[0])
    if sum(ONE_LINE in line.split(" ") for line in filled) * 2 > len(filled):
        problem = f"has a sentence and its tags on one line, parted by {ONE_LINE}."
        raise InputError(path, problem, "Expected a token with its tag on each line.")


def doubts_of_tokens(tokens: Sequence[str]) -> list[str]:
    """What makes it doubtful that `tokens` are words as their writers wrote them."""
    found = {
        "characters that were encoded twice": [token for token in tokens if _is_twice_encoded(token)],
        "characters of HTML": [token for token in tokens if ENTITY.search(token)],
        "escapes of JSON": [token for token in tokens if ESCAPE.search(token)],
    }
    doubts = [
        f"{len(some)} of its first tokens hold {kind}, such as {some[0]}: convert them, or they stay as they are"
        for kind, some in found.items()
        if len(some) >= LEAST
    ]
    for kind, some in (
        ("end in a digit", [token for token in tokens if token[-1:].isdigit() and not token.isdigit()]),
        ("stand in quotation marks", [token for token in tokens if len(token) > 2 and token[0] == token[-1] == '"']),
    ):
        if len(some) >= LEAST and len(some) >= NEARLY_ALL * len(tokens):
            doubts.append(f"nearly all of its first tokens {kind}, such as {some[0]}: that belongs to no word")
    return doubts


def _is_twice_encoded(token: str) -> bool:
    """Whether UTF-8 was read as Latin-1 or Windows-1252 and saved again: ZÃ¼rich for Zürich."""
    if not TWICE_ENCODED.search(token):
        return False
    for encoding in ("cp1252", "latin-1"):
        try:
            return token.encode(encoding).decode("utf-8") != token
        except UnicodeError:
            continue
    return False
