"""What an import makes of files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from import_corpus import main as import_corpus
from mclner.data.sentences import Sentence, read_corpus

SPLITS = ("train", "dev", "test", "unlabelled")
OPTIONS: dict[str, Any] = {
    **dict.fromkeys(("format", "token_column", "tag_column", "tag_scheme", "most")),
    **dict.fromkeys(SPLITS),
    "tag_names": (),
    "expected": "{}",
    "tag_mapping": "{}",
    "seed": 1,
    "entity_types": ["PER", "ORG", "LOC"],
}


def bring(folder: Path, language: str, **given: Any) -> dict[str, list[Sentence]]:
    """Import files into `folder` with the `given` options; what was written, by split."""
    import_corpus(Namespace(**{**OPTIONS, "language": language, "folder": folder, **given}))
    splits = [split for split in SPLITS if given.get(split) is not None]
    left = {path.name for path in folder.iterdir()}
    assert left == {"readings.tsv", *(f"{split}.parquet" for split in splits)}, "something else was left there"
    return {split: read_corpus(folder / f"{split}.parquet") for split in splits}
