"""Import of CoNLL: as long for twice the lines, in memory that does not grow. Reach: 1.25 times per token.

A file is imported with its labels and, beside it, without them, 500 sentences drawn: of 10 MB and of 100 MB (with
--quick 4 MB and 16 MB). The figure is the processor's time per token of the large file against that of the small one,
which other work on the machine hardly changes; beside it, the most memory that each import held.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import is_quick, report
from reading import MEGABYTE, write_conll

PROGRAM = Path(__file__).resolve().parents[1] / "workflow" / "scripts" / "import_corpus.py"
MOST_GROWTH = 150  # MB, between the small file and the large one


def bring(path: Path, folder: Path) -> None:
    """Import `path` as a test and as unlabelled text."""
    command = [sys.executable, str(PROGRAM), "--language", "xx", "--test", str(path), "--unlabelled", str(path)]
    command += ["--most", "500", "--entity-types", "PER", "ORG", "LOC", "--folder", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def used() -> float:
    """Seconds of the processor that all imports until now have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    small, large = (4, 16) if is_quick(__doc__) else (10, 100)
    per_token, memory = [], []
    with tempfile.TemporaryDirectory() as name:
        for size in (small, large):
            path, folder = Path(name) / f"{size}.conll", Path(name) / str(size)
            tokens = write_conll(path, size * MEGABYTE)
            before = used()
            bring(path, folder)
            spent = used() - before
            per_token.append(spent / tokens)
            memory.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)  # of the largest until now
            print(
                f"{size} MB, {tokens:,} tokens: {spent:.1f} s, {1e6 * per_token[-1]:.2f} us each, {memory[-1]:.0f} MB"
            )
    ratio, grown = per_token[1] / per_token[0], memory[1] - memory[0]
    print(f"{ratio:.2f} times as long per token; memory grew by {grown:.0f} MB")
    report("importing", ratio, 1.25, ratio <= 1.25 and grown <= MOST_GROWTH)


if __name__ == "__main__":
    main()
