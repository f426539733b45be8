"""Where the files of a user's own folder lie: ner/<language>/<split>, whatever the files end in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mclner.common.exceptions import InputError

SPLITS = ("train", "dev", "test")
PAIRS = ("lexicons", "parallel")  # folders of files of English and a translation
NO_SENTENCES = (".md5", ".sha256", ".bak", ".orig", ".log", ".lock", ".damaged", ".license", ".readme", ".md", ".swp")
EXPECTED = "Expected <language>/train.conll, dev.conll and test.conll, or .txt, .tsv, .jsonl, .parquet and the like."


def split_file(folder: Path, split: str) -> Path | None:
    """The one file of `folder` called `split`, whatever it ends in; None without any. Raises InputError on several."""
    found = sorted(path for path in folder.glob(f"{split}*") if is_split(path, split))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InputError(folder, f"has several files for {split}: {names}.", "Keep one, and rename or move the others.")
    return found[0] if found else None


def is_split(path: Path, split: str) -> bool:
    """Whether a file holds the sentences of `split`, by its name."""
    named = path.name == split or path.name.startswith(f"{split}.")
    return named and path.is_file() and path.suffix.lower() not in NO_SENTENCES and not path.name.endswith("~")


def language_folders(folder: Path) -> list[Path]:
    """Folders of languages in `folder`, hidden ones left out, sorted."""
    return sorted(path for path in folder.glob("*/") if path.is_dir() and not path.name.startswith((".", "_")))


def files_of(folder: Path, languages: Iterable[str]) -> list[Path]:
    """What the check of a user's own folder looks at: sentences of `languages`, and every lexicon and aligned text."""
    sentences = [
        path
        for language in languages
        for split in SPLITS
        for path in sorted((folder / "ner" / language).glob(f"{split}*"))
        if is_split(path, split)
    ]
    return [*sentences, *(path for kind in PAIRS for path in sorted((folder / kind).glob("*/en-*.tsv")))]


def found_languages(folder: Path, source: str) -> list[str]:
    """Codes of the languages that have a test file in a folder of the user's own, except the source; sorted."""
    found = [
        path.name for path in language_folders(folder) if any(is_split(file, "test") for file in path.glob("test*"))
    ]
    targets = [code for code in found if code != source]
    if not targets:
        raise InputError(folder, "holds no test of a target.", f"{EXPECTED} Name your folder: --config folder=…")
    return targets
