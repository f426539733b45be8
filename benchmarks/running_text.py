"""How well words of running text agree with the tokens of corpora, per language: F1 of the words' places, in percent.

Tokens are joined as running text (no space before a comma, none in scripts without), and found again by our splitter,
and by ICU's where the package icu4py is installed. Beside it: the share of entities whose edges are edges of words.

python benchmarks/running_text.py ENCODER FILE...    (FILE is CoNLL, or markup of the demo, named <language>.txt)
"""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from tokenizers import Tokenizer

from mclner.data.tags import Entity
from mclner.data.tokenization import find_words, load_tokenizer
from mclner.demo.markup import read_markup
from mclner.reading.conll import read_conll

WITHOUT_SPACES = ("ja", "zh", "th", "my", "km", "lo")
OPENING, CLOSING = "([{«„“¿¡「『《（【", ",.;:!?)]}»”%、。，；：！？）」』》】،؛؟۔।"
Splitter = Callable[[str], Iterable[tuple[int, int]]]


def join(tokens: Iterable[str], spaced: bool) -> tuple[str, list[tuple[int, int]]]:
    """Running text of `tokens`, and where each stands in it."""
    text, places = "", []
    for token in tokens:
        if spaced and text and token not in CLOSING and text[-1] not in OPENING:
            text += " "
        places.append((len(text), len(text) + len(token)))
        text += token
    return text, places


def agreement(path: Path, split: Splitter, language: str) -> tuple[float, float]:
    """F1 of the words' places, and the share of entities that can be found, both in percent."""
    sentences: list[tuple[tuple[str, ...], list[Entity]]]
    if path.suffix == ".txt":
        sentences = [(marked.tokens, list(marked.entities)) for marked in read_markup(path)]
    else:
        sentences = [(sentence.tokens, sentence.entities) for sentence in read_conll(path, language, Counter())]
    counts: Counter[str] = Counter()
    for tokens, entities in sentences:
        text, places = join(tokens, language not in WITHOUT_SPACES)
        found = set(split(text))
        counts.update(right=len(found & set(places)), words=len(found) + len(places), entities=len(entities))
        starts, ends = {start for start, _ in found}, {end for _, end in found}
        counts["reached"] += sum(places[e.start][0] in starts and places[e.end - 1][1] in ends for e in entities)
    return 200 * counts["right"] / max(counts["words"], 1), 100 * counts["reached"] / max(counts["entities"], 1)


def icu_words(text: str) -> list[tuple[int, int]]:
    from icu4py.breakers import WordBreaker  # type: ignore[import-not-found]

    return [(start, end) for start, end in WordBreaker(text, "en").segments() if text[start:end].strip()]


def main(encoder: Path, paths: list[Path]) -> None:
    tokenizer: Tokenizer = load_tokenizer(encoder)
    splitters: dict[str, Splitter] = {"ours": lambda text: find_words(text, tokenizer)}
    if importlib.util.find_spec("icu4py"):
        splitters["ICU"] = icu_words
    print("file", *(f"{name} F1\t{name} entities" for name in splitters), sep="\t")
    for path in paths:
        language = path.stem if path.suffix == ".txt" else path.parent.name
        results = (agreement(path, split, language) for split in splitters.values())
        print(path.parent.name, path.name, *(f"{f1:.1f}\t{entities:.1f}" for f1, entities in results), sep="\t")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
