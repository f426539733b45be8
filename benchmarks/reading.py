"""Reading CoNLL: as long for twice the lines, in memory that does not grow with the file. Reach: 1.25 times per line.

Sentences of a file are gone through one by one, of 100 MB and of 1 GB (with --quick 8 MB and 32 MB), with two blank
lines after each. The figure is the time per line of the large file against that of the small one; beside it, what
memory grew by.
"""

from __future__ import annotations

import random
import resource
import tempfile
from collections import Counter
from pathlib import Path

from mclner.reading.readers import iterate_own
from measure import is_quick, report, seconds

MEGABYTE = 10**6
MOST_GROWTH = 100  # MB, between the small file and the large one


def write_conll(path: Path, size: int) -> int:
    """Write at least `size` bytes of made-up sentences; how many lines hold a token."""
    generator = random.Random(1)
    words = [
        "".join(generator.choices("abcdefghijklmnopqrstuvwxyzäßéñ", k=generator.randint(1, 11))) for _ in range(50_000)
    ]
    sentences, rows = [], []
    for _ in range(2000):
        tokens = generator.choices(words, k=generator.randint(3, 40))
        tags = generator.choices(("O", "B-PER", "B-LOC", "B-ORG"), (17, 1, 1, 1), k=len(tokens))
        sentences.append("".join(f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True)) + "\n\n")
        rows.append(len(tokens))
    block = "".join(sentences).encode()
    with path.open("wb") as stream:
        for _ in range(-(-size // len(block))):
            stream.write(block)
    return sum(rows) * -(-size // len(block))


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    small, large = (8, 32) if is_quick(__doc__) else (100, 1000)
    per_line, memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        for size in (small, large):
            path = Path(folder) / f"{size}.conll"
            lines = write_conll(path, size * MEGABYTE)
            tokens = 0

            def read(path: Path = path) -> None:
                nonlocal tokens
                tokens = sum(len(sentence.tokens) for sentence in iterate_own(path, "xx", Counter()))

            spent = seconds(read)
            if tokens != lines:
                raise RuntimeError(f"{tokens} tokens were read of {lines}")
            per_line.append(spent / lines)
            memory.append(peak())
            print(f"{size} MB, {lines:,} tokens: {spent:.1f} s, {1e6 * spent / lines:.2f} us each, {memory[-1]:.0f} MB")
            path.unlink()
    ratio, grown = per_line[1] / per_line[0], memory[1] - memory[0]
    print(f"{ratio:.2f} times as long per line; memory grew by {grown:.0f} MB")
    report("reading", ratio, 1.25, ratio <= 1.25 and grown <= MOST_GROWTH)


if __name__ == "__main__":
    main()
