"""Tables of an experiment as Markdown, LaTeX and HTML."""

from __future__ import annotations

import html
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mclner.common.files import writing
from mclner.configuration.sizes import families_of, family_of
from mclner.data.languages import Language
from mclner.evaluation.error_kinds import KINDS
from mclner.evaluation.significance import holm
from mclner.report.names import languages_in, variant_name

SIGNIFICANT = 0.05
KINSHIP = ("Script", "Family")

LATEX_ESCAPES = str.maketrans(
    {
        "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
    }
)  # fmt: skip


def with_spread(mean: float, spread: float) -> str:
    """A mean with one decimal and, where several seeds were run, their standard deviation."""
    return f"{mean:.1f}" if pd.isna(spread) else f"{mean:.1f} ± {spread:.1f}"


def f1_texts(summary: pd.DataFrame) -> dict[tuple[str, str], str]:
    """F1 with its spread, by (language or mean, variant)."""
    columns = (summary[name].tolist() for name in ("language", "variant", "f1", "f1_sd"))
    return {(language, variant): with_spread(*scores) for language, variant, *scores in zip(*columns, strict=True)}


def main_table(
    summary: pd.DataFrame,
    languages: Mapping[str, Language],
    variants: Sequence[str],
    source: str,
    ends: tuple[str, str],
) -> pd.DataFrame:
    """F1 of `variants` in each language, source first, and the two means below; with the spread over seeds.

    Script and family stand beside the language. The last column is the difference of the second of `ends` from the
    first, the baseline.
    """
    codes = [source, *sorted(code for code in languages if code != source)]
    labels = {code: f"{languages[code].name} ({code})" for code in codes}
    labels |= {"all": f"Mean of all {len(codes)}", "targets": f"Mean of the {len(codes) - 1} targets"}
    scores = f1_texts(summary)
    baseline, method = ends
    gains = {row["language"]: row for row in summary[summary["variant"] == method].to_dict("records")}
    column = f"{variant_name(method)} - {variant_name(baseline)} [95 %]"
    return pd.DataFrame(
        [
            {"Language": label}
            | {name: getattr(languages[code], name.lower()) if code in languages else "" for name in KINSHIP}
            | {variant_name(variant): scores[code, variant] for variant in variants}
            | {column: difference_text(gains[code], "baseline")}
            for code, label in labels.items()
        ]
    )


def ablation_table(summary: pd.DataFrame, compare: Sequence[str], source: str, method: str) -> pd.DataFrame:
    """Means of every variant, and the difference of its target mean from the method's.

    The difference has its 95 % interval, taken by itself, and the p-value adjusted by Holm for all the comparisons of
    the table; a star marks what stays significant at 5 % after that.
    """
    targets = {row["variant"]: row for row in summary[summary["language"] == "targets"].to_dict("records")}
    scores = f1_texts(summary)
    adjusted = holm_against(summary, compare, method)
    rows: list[dict[str, str]] = []
    for variant in compare:
        difference = difference_text(targets[variant], "method")
        rows.append(
            {
                "Variant": variant_name(variant),
                source: scores[source, variant],
                "Targets": scores["targets", variant],
                "All": scores["all", variant],
                f"Against {variant_name(method)} [95 %]": "" if variant == method else difference,
                "p (Holm)": "" if variant == method else _p_text(adjusted[variant]),
            }
        )
    return pd.DataFrame(rows)


def holm_against(summary: pd.DataFrame, compare: Sequence[str], method: str) -> dict[str, float]:
    """For each variant but the method: p-value of its target mean against the method's, adjusted for all of them."""
    targets = summary[summary["language"] == "targets"].set_index("variant")
    others = [variant for variant in compare if variant != method]
    return dict(zip(others, holm(targets.loc[others, "over_method_p"].tolist()), strict=True))


def _p_text(value: float) -> str:
    star = "*" if value < SIGNIFICANT else ""
    return f"< 0.001{star}" if value < 0.001 else f"{value:.3f}{star}"


def error_table(shares: pd.DataFrame, compare: Sequence[str]) -> pd.DataFrame:
    """Kinds of errors of every variant per 100 entities, with the spread over seeds; `shares` by (variant, seed)."""
    by_variant = shares.groupby("variant")
    means, spreads = by_variant.mean().to_dict("index"), by_variant.std().to_dict("index")
    return pd.DataFrame(
        [
            {"Variant": variant_name(variant)}
            | {kind.capitalize(): with_spread(means[variant][kind], spreads[variant][kind]) for kind in KINDS}
            for variant in compare
        ]
    )


def breakdown_table(groups: pd.DataFrame, baseline: str, method: str) -> pd.DataFrame:
    """F1 of baseline and method over groups of targets, and their difference with its spread and interval.

    `groups` is groups.tsv. Groups of one language are left to the main table.
    """
    several = groups[groups["languages"] > 1]
    rows = []
    for (name, group), found in several.groupby(["grouping", "group"], sort=False):
        scores = {score["variant"]: score for score in found.to_dict("records")}
        row = {"Languages": f"{name}: {group}", "n": str(scores[method]["languages"])}
        for variant in (baseline, method):
            row[variant_name(variant)] = with_spread(scores[variant]["f1"], scores[variant]["f1_sd"])
        rows.append(row | {"Difference [95 %]": difference_text(scores[method], "baseline")})
    return pd.DataFrame(rows)


def learning_curve_table(
    summary: pd.DataFrame, sizes: Mapping[str, int], source: str, ends: tuple[str, str]
) -> pd.DataFrame:
    """F1 in source and targets by number of labelled source sentences, a column a family of variants.

    `sizes` has the number of each variant. The last column is the difference in the targets of the second of `ends`
    from the first, the baseline, both with as many sentences.
    """
    families = families_of(sizes)
    baseline, method = (family_of(end, sizes[end]) for end in ends)
    scores = f1_texts(summary)
    targets = {row["variant"]: row for row in summary[summary["language"] == "targets"].to_dict("records")}
    rows = []
    for size in sorted({size for points in families.values() for size in points}):
        here = {family: points[size] for family, points in families.items() if size in points}
        row = {"Source sentences": f"{size:,}"}
        for group, label in ((source, source), ("targets", "Targets")):
            row |= {f"{label}, {variant_name(family)}": scores[group, variant] for family, variant in here.items()}
        if baseline in here and method in here:
            column = f"Targets, {variant_name(method)} - {variant_name(baseline)} [95 %]"
            row[column] = difference_text(targets[here[method]], "baseline")
        rows.append(row)
    return pd.DataFrame(rows).fillna("")


def difference_text(row: Mapping[Hashable, Any], reference: str) -> str:
    """The difference from `baseline` or `method` with its spread over seeds, if known, and its 95 % interval."""
    value, spread, low, high = (row[f"over_{reference}{part}"] for part in ("", "_sd", "_low", "_high"))
    return f"{'+' * (value >= 0)}{with_spread(value, spread)} [{low:+.1f}, {high:+.1f}]"


def alignment_table(scores: pd.DataFrame, languages: Mapping[str, Language]) -> pd.DataFrame:
    """Alignment of each language with the source, and the means: sentences (both directions) and pairs by model.

    `scores` is alignment.tsv: model, seed, language, measure, value.
    """
    scores = scores.assign(part=scores["measure"].str.split("_").str[0])
    by_seed = scores.groupby(["part", "model", "language", "seed"])["value"].mean()
    means = by_seed.groupby(["part", "model", "seed"]).mean()
    rows = []
    for code, label in [*((code, f"{row.name} ({code})") for code, row in languages.items()), (None, "Mean")]:
        row = {"Language": label}
        for part in ("sentences", "pairs"):
            for model in scores["model"].unique():
                seeds = means.get((part, model)) if code is None else by_seed.get((part, model, code))
                if seeds is not None:
                    row[f"{part.capitalize()}, {variant_name(model)}"] = with_spread(seeds.mean(), seeds.std())
        rows.append(row)
    return pd.DataFrame(rows).fillna("")  # a language without aligned text has no cells for sentences


def published_table(
    published: pd.DataFrame, summary: pd.DataFrame, ends: tuple[str, str], data: str, name: str
) -> pd.DataFrame:
    """Published F1 by data set and language, a column a system, and ours; a cell that nobody has run stays empty.

    `data` is the data set of this experiment as `published` calls it, or "" for another: ours then has a row of its
    own, called `name`, so that nothing stands beside what it cannot be compared with.
    """
    scores = f1_texts(summary)
    ours = {f"ours: {variant_name(variant)}": variant for variant in ends}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in published.to_dict("records"):
        system = f"{row['system']}, {row['encoder']} ({row['source']}; {row['standing']})"
        cells.setdefault((row["data"], row["language"]), {})[system] = row["f1"]
    mean = f"mean of {languages_in(summary)}"
    for (where, language), found in cells.items():
        for column, variant in ours.items():
            found[column] = scores.get(("all" if language == mean else language, variant), "") if where == data else ""
    if not data:
        cells[name, mean] = {column: scores["all", variant] for column, variant in ours.items()}
    rows = [{"Data": where, "Languages": language} | found for (where, language), found in cells.items()]
    systems = dict.fromkeys(key for found in cells.values() for key in found if key not in ours)
    columns = ["Data", "Languages", *systems, *ours]
    return pd.DataFrame(rows, columns=columns).fillna("")


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


HTML_STYLES: list[Any] = [
    {"selector": "", "props": "border-collapse: collapse; font: 14px sans-serif; margin: 1em"},
    {"selector": "caption", "props": "text-align: left; padding-bottom: 1em; max-width: 60em"},
    {"selector": "th, td", "props": "padding: 3px 10px; text-align: right; border-bottom: 1px solid #ddd"},
    {"selector": "th:first-child, td:first-child", "props": "text-align: left"},
]


def to_html(table: pd.DataFrame, caption: str) -> str:
    """A page of its own with the table and its caption above, as Snakemake's report shows it."""
    styled = table.style.hide(axis="index").format(escape="html").format_index(escape="html", axis="columns")
    styled = styled.set_caption(html.escape(caption)).set_table_styles(HTML_STYLES).set_uuid("table")
    return styled.to_html(doctype_html=True, bold_headers=True) + "\n"


def save_table(table: pd.DataFrame, caption: str, path: Path) -> None:
    """Write `table` as Markdown to `path` and as LaTeX and HTML beside it."""
    for file, text in (
        (path, to_markdown(table, caption)),
        (path.with_suffix(".tex"), to_latex(table, caption)),
        (path.with_suffix(".html"), to_html(table, caption)),
    ):
        with writing(file) as partial:
            partial.write_text(text, encoding="utf-8")
