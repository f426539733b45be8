"""Copy a Hugging Face model folder of the user's own: configuration, tokenizer and safetensors, nothing else."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from mclner.common.checksums import seal_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.files import writing_folder
from mclner.fetch.model_files import check_model_file


def main(arguments: argparse.Namespace) -> None:
    for path in arguments.files:
        check_model_file(path)
    with writing_folder(arguments.folder) as folder:
        for path in arguments.files:
            shutil.copyfile(path, folder / path.name)
        seal_folder(folder)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="files of the model folder")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write")
    run_program(parser, main)
