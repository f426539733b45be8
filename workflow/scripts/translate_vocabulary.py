"""Make a bilingual lexicon by translating the words and names of the source sentences with NLLB.

For languages that no dictionary covers. A translation that is empty, holds
unknown characters, or is not in the target's script, is left out.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.data.languages import read_languages
from mclner.data.sentences import Sentence, read_corpus
from mclner.data.tokenization import REPLACEMENT
from mclner.data.writing_systems import script_share
from mclner.lexicons.lexicon import clean_phrase, write_pairs
from mclner.views.nllb import NeuralModel

log = logging.getLogger("mclner.vocabulary")


def main(arguments: argparse.Namespace) -> None:
    languages = read_languages(arguments.table)
    target = languages[arguments.language]
    phrases = frequent_phrases(read_corpus(arguments.sentences), arguments.max_words)
    check_folder(arguments.model)
    model = NeuralModel(arguments.model, languages[arguments.source], target, arguments.beams, arguments.threads)
    translated = [clean_phrase(text.strip(".。 ")) for text, _ in model.translate(phrases)]
    least = arguments.min_script_share
    pairs = zip(phrases, translated, strict=True)
    kept = [(english, text) for english, text in pairs if is_good(text, target.script, least)]
    write_pairs(kept, arguments.output)
    log.info("%d of %d words and names translated into %s", len(kept), len(phrases), target.name)


def is_good(text: str, script: str, least: float) -> bool:
    """Whether a translation is whole, and at least the share `least` of its letters in the target's script."""
    return bool(text) and REPLACEMENT not in text and script_share(text, script) >= least


def frequent_phrases(sentences: Sequence[Sentence], most: int) -> list[str]:
    """The most frequent words, and the most frequent names of more than one word: `most` of each, by falling count."""
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for sentence in sentences:
        words.update(token for token in sentence.tokens if any(map(str.isalpha, token)))
        for entity in sentence.entities:
            if entity.end - entity.start > 1:
                names[" ".join(sentence.tokens[entity.start : entity.end])] += 1
    return [phrase for counted in (words, names) for phrase, _ in counted.most_common(most)]


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--sentences", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--source", default="en", help="code of the source language")
    parser.add_argument("--language", required=True, help="code of the target language")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--model", type=Path, required=True, help="folder of the converted translator")
    parser.add_argument("--max-words", type=int, required=True, help="words, and names, to translate")
    parser.add_argument("--min-script-share", type=float, required=True, help="letters in the target's script")
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
