"""Copy a Hugging Face model folder of the user's own: configuration, tokenizer and safetensors, nothing else."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from mclner.errors import InputError
from mclner.files import writing_folder
from mclner.integrity import seal_folder
from mclner.program import make_parser, run_program
from safetensors import SafetensorError, safe_open


def main(arguments: argparse.Namespace) -> None:
    for path in arguments.files:
        if path.suffix == ".safetensors":
            check_safetensors(path)
        elif path.suffix == ".json":
            check_json(path)
    with writing_folder(arguments.folder) as folder:
        for path in arguments.files:
            shutil.copyfile(path, folder / path.name)
        seal_folder(folder)


def check_safetensors(path: Path) -> None:
    """Raise InputError where the header or the length of the file is wrong."""
    try:
        with safe_open(path, framework="np") as tensors:
            names = list(tensors.keys())
    except (SafetensorError, OSError) as error:
        raise InputError(path, f"is no whole safetensors file ({error}).", "Save or fetch the model again.") from None
    if not names:
        raise InputError(path, "holds no tensor.", "Save or fetch the model again.")


def check_json(path: Path) -> None:
    """Raise InputError where the file is no JSON object, or asks for code of its own to be run."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(path, f"is no JSON ({error}).", "Save or fetch the model again.") from None
    if isinstance(value, dict) and "auto_map" in value:
        raise InputError(path, "asks for code of its own (auto_map).", "Only models that Transformers knows are run.")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="files of the model folder")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write")
    run_program(parser, main)
