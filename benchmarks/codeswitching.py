"""Code-switching of the demo's training sentences with nine lexicons, words a second on one core. Reach: 200,000."""

from __future__ import annotations

import random
from pathlib import Path

from mclner.codeswitch import PhraseTable, code_switch
from mclner.lexicon import read_lexicon
from mclner.markup import read_markup
from measure import is_quick, report, seconds

DEMO = Path(__file__).parents[1] / "workflow" / "demo"
LANGUAGES = ("de", "fr", "es", "ru", "hi", "sw", "ja", "ar", "tr")


def main() -> None:
    repeats = 10 if is_quick(__doc__) else 40
    table = PhraseTable.of({code: read_lexicon(DEMO / "words" / f"en-{code}.tsv") for code in LANGUAGES})
    sentences = [(list(row.tokens), list(row.tags)) for row in read_markup(DEMO / "train" / "en.txt")] * repeats
    words = sum(len(tokens) for tokens, _ in sentences)
    generator = random.Random(1)

    def switch_all() -> None:
        for tokens, tags in sentences:
            code_switch(tokens, tags, table, 0.5, "word", LANGUAGES, generator)

    switch_all()
    speed = words / min(seconds(switch_all) for _ in range(3))
    print(f"{words} words, {speed:,.0f} words a second")
    report("codeswitching", speed, 200_000, speed >= 200_000)


if __name__ == "__main__":
    main()
