"""Write one table of an experiment as Markdown and, beside it, as LaTeX."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from mclner.figures import sample_note
from mclner.files import writing
from mclner.languages import read_languages
from mclner.program import make_parser, run_program
from mclner.tables import ablation_table, main_table, to_latex, to_markdown


def main(arguments: argparse.Namespace) -> None:
    summary = pd.read_csv(arguments.summary, sep="\t", keep_default_na=False, na_values=[""])
    if arguments.name == "main":
        known = read_languages(arguments.table)
        languages = {code: known[code] for code in arguments.languages}
        table = main_table(summary, languages, arguments.variants, arguments.source)
        caption = f"Entity F1 (%) by language, experiment {arguments.experiment}; {sample_note(summary)}."
    else:
        table = ablation_table(summary, arguments.variants, arguments.source, arguments.method)
        caption = (
            f"Mean entity F1 (%) of each variant, experiment {arguments.experiment}; {sample_note(summary)}; "
            "95 % paired bootstrap intervals over sentences."
        )
    for path, text in (
        (arguments.output, to_markdown(table, caption)),
        (arguments.output.with_suffix(".tex"), to_latex(table, caption)),
    ):
        with writing(path) as partial:
            partial.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("name", choices=("main", "ablation"))
    parser.add_argument("--summary", type=Path, required=True, help="summary.tsv of the experiment")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the languages scored")
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--source", required=True, help="code of the source language")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--method", required=True)
    parser.add_argument("--output", type=Path, required=True, help="Markdown to write; LaTeX is put beside it")
    run_program(parser, main)
