"""Translating by CTranslate2 (int8, on a GPU float16) against `generate` of Transformers, same model. Reach: 3 times.

Weights are random, the shape is that of NLLB-200-distilled-600M; with --quick a quarter of its layers and pieces.
Random weights never end a sentence, so both sides write the same number of subwords for each. `generate` gets batches
of 16 in the order of the text, in float32, as the model is stored; bfloat16, where the processor has it, is printed
beside it.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import torch
from ctranslate2.converters import TransformersConverter
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from made_up import make_translator
from mclner.data.languages import Language, read_languages
from mclner.model.mixed_precision import use_bfloat16
from mclner.model.recogniser import quiet_transformers
from mclner.views.nllb import NeuralModel
from measure import in_turn, is_quick, report

ROOT = Path(__file__).resolve().parents[1]
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
ROWS, BEAMS, WRITTEN, THREADS = 16, 2, 16, 2


def make_text(number: int) -> list[str]:
    """Sentences of 3 to 40 made-up words, most of them short."""
    generator = random.Random(1)
    lengths = [min(40, max(3, round(generator.lognormvariate(2.2, 0.6)))) for _ in range(number)]
    return [" ".join(chr(0x4E00 + generator.randrange(5000)) for _ in range(length)) for length in lengths]


def transformers_translator(folder: Path, source: Language, target: Language, dtype: torch.dtype, texts: list[str]):  # type: ignore[no-untyped-def]
    """What a program that uses Transformers alone would do."""
    tokenizer = AutoTokenizer.from_pretrained(folder, src_lang=source.nllb)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=dtype).eval().to(DEVICE)
    first = tokenizer.convert_tokens_to_ids(target.nllb)

    def translate() -> None:
        for begin in range(0, len(texts), ROWS):
            rows = tokenizer(texts[begin : begin + ROWS], padding=True, return_tensors="pt").to(DEVICE)
            model.generate(**rows, forced_bos_token_id=first, num_beams=BEAMS, max_new_tokens=WRITTEN, max_length=None)

    return translate


def main() -> None:
    quick = is_quick(__doc__)
    rounds, number, layers, pieces = (1, 48, 3, 64_000) if quick else (3, 128, 12, 256_206)
    quiet_transformers()
    torch.set_num_threads(THREADS)
    languages = read_languages(ROOT / "config" / "languages.tsv")
    source, target, texts = languages["en"], languages["sw"], make_text(number)
    with tempfile.TemporaryDirectory() as name:
        folder, converted = Path(name) / "model", Path(name) / "converted"
        make_translator(folder, [source.nllb, target.nllb], layers, pieces)
        TransformersConverter(str(folder)).convert(str(converted), quantization="float16")
        AutoTokenizer.from_pretrained(folder).save_pretrained(converted)
        ours = NeuralModel(converted, source, target, BEAMS, THREADS, longest=WRITTEN)
        pairs = {}
        for dtype in (torch.float32, torch.bfloat16) if use_bfloat16("auto") else (torch.float32,):
            theirs = transformers_translator(folder, source, target, dtype, texts)
            pairs[dtype] = in_turn(lambda: ours.translate(texts), theirs, rounds)
    for dtype, pair in pairs.items():
        print(f"{number} sentences: {pair.ours:.2f} s; generate in {dtype} {pair.theirs:.2f} s")
    faster = pairs[torch.float32].times_faster
    report("translation", faster, 3, faster >= 3)


if __name__ == "__main__":
    main()
