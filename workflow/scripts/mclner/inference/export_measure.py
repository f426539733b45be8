"""What an export costs: F1 by language before and after, and whether that can be shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.data.sentences import Sentence
from mclner.evaluation.scores import count_matches, precision_recall_f1
from mclner.model.recogniser import EntityRecogniser

MOST_IN_MEAN, MOST_IN_ONE = 0.5, 2.0  # F1 in per cent that 8 bits may cost: in the mean of all languages, in any one


@dataclass(frozen=True, slots=True)
class Measured:
    """F1 in per cent by language, in float32 and as exported; the same numbers where that is float32."""

    data: str
    sentences: Mapping[str, int]
    float32: Mapping[str, float]
    exported: Mapping[str, float]

    @property
    def mean_loss(self) -> float:
        return sum(self.float32[code] - self.exported[code] for code in self.float32) / len(self.float32)

    @property
    def largest_loss(self) -> tuple[float, str]:
        """The largest loss, and the language that has it."""
        return max((self.float32[code] - self.exported[code], code) for code in self.float32)

    @property
    def is_fit(self) -> bool:
        return self.mean_loss <= MOST_IN_MEAN and self.largest_loss[0] <= MOST_IN_ONE

    def describe(self) -> str:
        largest, code = self.largest_loss
        return f"loses {self.mean_loss:.2f} F1 in the mean and {largest:.2f} in '{code}'"


def labelled_files(folder: Path) -> dict[str, Path]:
    """By language the labelled files of a folder: `<language>/test.<ending>` or `<language>.<ending>`.

    Raises InputError where it has none.
    """
    if not folder.is_dir():
        raise InputError(folder, "is no folder.", "Give a folder with <language>/test.conll or <language>.conll.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        tests = sorted(path.glob("test.*")) if path.is_dir() else [path] if not path.name.startswith(".") else []
        language = path.name if path.is_dir() else path.stem
        if tests and language in found:
            raise InputError(path, f"is another file for '{language}'.", "Keep one for each language.")
        if tests:
            found[language] = tests[0]
    if not found:
        raise InputError(folder, "holds no labelled file.", "Expected <language>/test.conll or <language>.conll.")
    return found


def f1_by_language(recogniser: EntityRecogniser, tests: Mapping[str, Sequence[Sentence]]) -> dict[str, float]:
    """Micro F1 in per cent."""
    scores = {}
    for language, sentences in tests.items():
        found = recogniser.label([sentence.tokens for sentence in sentences], f"labelling {language}")
        counts = count_matches([sentence.entities for sentence in sentences], [each.entities for each in found])
        scores[language] = precision_recall_f1(counts)[2]
    return scores


def export_section(precision: str, measured: Measured | None) -> str:
    """What the card of an exported folder says besides that of its model."""
    lines = [
        "## Export",
        "",
        f"This folder was made by `mclner export` and holds the model as an ONNX graph in {precision}. It loads as "
        "any model folder does, and runs in ONNX Runtime on the processor, without torch.",
    ]
    if precision != "float32":
        lines += [
            "",
            "Products of the encoder have weights of 7 bits with a scale for each channel, and activations of 8 bits "
            "whose scale is seen as they come. Word embeddings have 8 bits with a scale for each word. The head is in "
            "float32.",
        ]
    if measured is None:
        lines += [
            "",
            "The F1 of this export was not measured: scores elsewhere in this card are of the model before it.",
        ]
        return "\n".join(lines) + "\n"
    title = "" if precision == "float32" else " F1 of the export | difference |"
    rule = "" if precision == "float32" else " ---: | ---: |"
    lines += ["", f"Micro F1 in per cent on the labelled files of `{measured.data}`:", ""]
    lines += [f"| language | sentences | F1 in float32 |{title}", f"| --- | ---: | ---: |{rule}"]
    rows = [(code, f"{number:,}", measured.float32[code], measured.exported[code])
            for code, number in measured.sentences.items()]  # fmt: skip
    count = len(rows)
    means = (sum(row[2] for row in rows) / count, sum(row[3] for row in rows) / count)
    for code, number, before, after in [*rows, ("**mean**", "", *means)]:
        cells = "" if precision == "float32" else f" {after:.1f} | {after - before:+.1f} |"
        lines.append(f"| {code} | {number} | {before:.1f} |{cells}")
    return "\n".join(lines) + "\n"
