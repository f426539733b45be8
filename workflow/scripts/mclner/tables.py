"""Tables of an experiment as Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mclner.languages import Language
from mclner.style import variant_name

LATEX_ESCAPES = str.maketrans(
    {
        "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
    }
)  # fmt: skip


def main_table(
    summary: pd.DataFrame, languages: Mapping[str, Language], variants: Sequence[str], source: str
) -> pd.DataFrame:
    """F1 of `variants` in each language, source first, and the two means below."""
    codes = [source, *sorted(code for code in languages if code != source)]
    scores = summary.pivot(index="language", columns="variant", values="f1")
    rows = [
        {"Language": f"{languages[code].name} ({code})"}
        | {variant_name(variant): f"{scores.loc[code, variant]:.1f}" for variant in variants}
        for code in codes
    ]
    for name, label in (("all", f"Mean of all {len(codes)}"), ("targets", f"Mean of the {len(codes) - 1} targets")):
        rows.append({"Language": label} | {variant_name(v): f"{scores.loc[name, v]:.1f}" for v in variants})
    return pd.DataFrame(rows)


def ablation_table(summary: pd.DataFrame, compare: Sequence[str], source: str, method: str) -> pd.DataFrame:
    """Means of every variant, and the difference of its target mean from the method's with the 95 % interval."""
    targets = summary[summary["language"] == "targets"].set_index("variant")
    everything = summary[summary["language"] == "all"].set_index("variant")
    at_source = summary[summary["language"] == source].set_index("variant")
    rows: list[dict[str, str]] = []
    for variant in compare:
        row = targets.loc[variant]
        spread: str = "" if pd.isna(row["f1_sd"]) else f" ± {row['f1_sd']:.1f}"
        difference = (
            ""
            if variant == method
            else f"{row['over_method']:+.1f} [{row['over_method_low']:+.1f}, {row['over_method_high']:+.1f}]"
        )
        rows.append(
            {
                "Variant": variant_name(variant),
                source: f"{at_source.loc[variant, 'f1']:.1f}",
                "Targets": f"{row['f1']:.1f}{spread}",
                "All": f"{everything.loc[variant, 'f1']:.1f}",
                f"Against {variant_name(method)} [95 %]": difference,
            }
        )
    return pd.DataFrame(rows)


def breakdown_table(
    summary: pd.DataFrame, described: pd.DataFrame, baseline: str, method: str, source: str
) -> pd.DataFrame:
    """Mean F1 of baseline and method over groups of targets: by script, family, and thirds of what is measured.

    `described` is what describe_languages.py writes. Groups of one language are left to the main table.
    """
    scores = summary.pivot(index="language", columns="variant", values="f1")[[baseline, method]]
    table = described.set_index("language").join(scores).drop(index=source, errors="ignore")
    groupings = [("Script", table["script"]), ("Family", table["family"])]
    for name, column in (("Subwords a word", "subwords_a_word"), ("Words in the lexicon", "covered_words")):
        if table[column].nunique() >= 3:
            ranks = table[column].rank(method="first")
            groupings.append((name, pd.qcut(ranks, 3, labels=["lowest third", "middle third", "highest third"])))
    rows = []
    for name, groups in groupings:
        for group, members in table.groupby(groups, observed=True, sort=True):
            if len(members) > 1:
                before, after = members[baseline].mean(), members[method].mean()
                rows.append(
                    {
                        "Languages": f"{name}: {group}",
                        "n": str(len(members)),
                        variant_name(baseline): f"{before:.1f}",
                        variant_name(method): f"{after:.1f}",
                        "Difference": f"{after - before:+.1f}",
                    }
                )
    return pd.DataFrame(rows)


def published_table(
    published: pd.DataFrame, summary: pd.DataFrame, method: str, baseline: str, data: str
) -> pd.DataFrame:
    """Published means beside ours; a cell that nobody has run stays empty."""
    rows = [
        {
            "System": f"{row['system']}, {row['encoder']}",
            "Data": row["data"],
            "Languages": row["language"],
            "F1": row["f1"],
            "Source": f"{row['source']} ({row['standing']})",
        }
        for row in published.to_dict("records")
        if row["language"].startswith("mean")
    ]
    means = summary[summary["language"] == "all"].set_index("variant")
    languages, seeds = summary["language"].nunique() - 2, means["seeds"].astype(int)
    for variant in (baseline, method):
        rows.append(
            {
                "System": f"ours: {variant_name(variant)}",
                "Data": data,
                "Languages": f"mean of {languages}",
                "F1": f"{means.loc[variant, 'f1']:.1f}",
                "Source": f"this run, {seeds[variant]} seed(s) (measured)",
            }
        )
    return pd.DataFrame(rows)


def to_markdown(table: pd.DataFrame, caption: str) -> str:
    """A Markdown table with its caption above; text aligned left, numbers right."""
    head = "| " + " | ".join(_markdown_text(str(name)) for name in table.columns) + " |"
    rule = "|" + "|".join(" --- " if number == 0 else " ---: " for number in range(len(table.columns))) + "|"
    body = ["| " + " | ".join(_markdown_text(value) for value in row) + " |" for row in table.to_numpy()]
    return "\n".join([caption, "", head, rule, *body]) + "\n"


def _markdown_text(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")


def to_latex(table: pd.DataFrame, caption: str) -> str:
    """A LaTeX table (booktabs) with its caption."""
    cells = [[str(value).translate(LATEX_ESCAPES) for value in row] for row in [table.columns, *table.to_numpy()]]
    lines = [" & ".join(row) + r" \\" for row in cells]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            r"\caption{" + caption.translate(LATEX_ESCAPES) + "}",
            r"\begin{tabular}{l" + "r" * (len(table.columns) - 1) + "}",
            r"\toprule",
            lines[0],
            r"\midrule",
            *lines[1:],
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )
