"""Code-switching of the demo's training sentences with nine lexicons, words a second on one core. Reach: 200,000.

Beside it, what CoSDA-ML (Qin et al. 2020) does: each word by itself, a language drawn for it, looked up in that
language's dictionary. Ours also takes names of several words whole and keeps their tags.
"""

from __future__ import annotations

import random
from pathlib import Path

from mclner.demo.markup import read_markup
from mclner.lexicons.lexicon import read_lexicon
from mclner.lexicons.phrases import PhraseTable
from mclner.views.codeswitch import code_switch
from measure import in_turn, is_quick, report

DEMO = Path(__file__).parents[1] / "workflow" / "demo"
LANGUAGES = ("de", "fr", "es", "ru", "hi", "sw", "ja", "ar", "tr")


def main() -> None:
    repeats = 10 if is_quick(__doc__) else 40
    lexicons = {code: read_lexicon(DEMO / "words" / f"en-{code}.tsv") for code in LANGUAGES}
    table, dictionaries = PhraseTable.of(lexicons), list(lexicons.values())
    sentences = [(list(row.tokens), list(row.tags)) for row in read_markup(DEMO / "train" / "en.txt")] * repeats
    words = sum(len(tokens) for tokens, _ in sentences)
    generator = random.Random(1)

    def switch_all() -> None:
        for tokens, tags in sentences:
            code_switch(tokens, tags, table, 0.5, "word", LANGUAGES, generator)

    def switch_word_by_word() -> None:
        for tokens, _ in sentences:
            switched = list(tokens)
            for place, token in enumerate(tokens):
                if generator.random() < 0.5:
                    translations = generator.choice(dictionaries).get(token.lower())
                    if translations:
                        switched[place] = generator.choice(translations)

    pair = in_turn(switch_all, switch_word_by_word, 3)
    speed, word_by_word = words / pair.ours, words / pair.theirs
    print(f"{words} words, {speed:,.0f} words a second; word by word {word_by_word:,.0f}")
    report("codeswitching", speed, 200_000, speed >= 200_000)


if __name__ == "__main__":
    main()
