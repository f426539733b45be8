"""Convert a fetched translation model of the NLLB or M2M-100 family for CTranslate2, in 16 bits.

CTranslate2 computes in float16 on a GPU and turns the weights into int8 on a CPU when it loads them.
"""

from __future__ import annotations

import argparse
import logging
import shutil
from pathlib import Path

import torch
from ctranslate2.converters import TransformersConverter

from mclner.common.checksums import seal_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import writing_folder
from mclner.fetch.lockfile import verify_folder
from mclner.model.recogniser import quiet_transformers

log = logging.getLogger("mclner.convert")
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    verify_folder(arguments.download)
    with writing_folder(arguments.folder) as folder:
        try:
            converter = TransformersConverter(str(arguments.download), low_cpu_mem_usage=True)
            converter.convert(str(folder), quantization="float16", force=True)
        except (ValueError, OSError, RuntimeError) as error:
            raise InputError(
                arguments.download, f"cannot be converted ({error}).", "Take an NLLB or M2M-100."
            ) from None
        for name in TOKENIZER:
            if (arguments.download / name).exists():
                shutil.copy(arguments.download / name, folder / name)
        seal_folder(folder)
    log.info("converted %s with torch %s", arguments.download, torch.__version__)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--download", type=Path, required=True, help="folder of the fetched model")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write")
    run_program(parser, main)
