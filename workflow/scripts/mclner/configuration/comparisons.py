"""What the report needs to know of variants: what they are called, and which is set against which."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mclner.common.exceptions import InputError


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Of the compared variants: the display name of each, the variant that it is set against, and the learning curve.

    `curves` has the variants of each line by their number of labelled source sentences, smallest first.
    """

    titles: dict[str, str]
    references: dict[str, str]
    curves: dict[str, dict[int, str]]

    @classmethod
    def of(cls, config: Mapping[str, Any], variants: Mapping[str, Mapping[str, Any]]) -> Comparisons:
        """From the configuration and the complete settings of all `variants`. Raises InputError on a name it lacks."""
        compare: Sequence[str] = config["compare"]
        own = {name: config["variants"][name] or {} for name in compare}
        references = {name: keys.get("compared_with") or config["baseline"] for name, keys in own.items()}
        for name, other in references.items():
            if other not in compare:
                problem = f"variant {name} is compared_with '{other}', which is not among the variants to compare."
                raise InputError("configuration", problem, f"Known are {', '.join(sorted(compare))}.")
        if references.get(config["method"]) != config["baseline"]:
            problem = f"the method {config['method']} is compared_with '{references.get(config['method'])}'."
            raise InputError("configuration", problem, "The report sets it against the baseline: make them the same.")
        titles = {name: keys.get("title") or name.replace("_", " ") for name, keys in own.items()}
        lines = {name: keys["curve"] for name, keys in own.items() if keys.get("curve")}
        return cls(titles, references, curves_of(lines, variants))

    def references_in(self, variants: Sequence[str], baseline: str) -> list[str]:
        """What each of some compared variants is set against: the `baseline` where its own reference is not of them."""
        own = [self.references[variant] for variant in variants]
        return [name if name in variants else baseline for name in own]

    def title_of(self, variant: str) -> str:
        """How a variant is called; one that is not compared, such as a teacher, by its name."""
        return self.titles.get(variant, variant.replace("_", " "))

    def curve_of(self, variant: str) -> str:
        """The line of the learning curve that a variant is a point of; "" where it is of none."""
        return next((curve for curve, points in self.curves.items() if variant in points.values()), "")

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Comparisons:
        """What `to_json` wrote: on the command line of a program."""
        values = json.loads(text)
        curves = {
            curve: {int(size): variant for size, variant in points.items()}
            for curve, points in values["curves"].items()
        }
        return cls(values["titles"], values["references"], curves)


def curves_of(lines: Mapping[str, str], variants: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[int, str]]:
    """Variants by line and number of sentences; `lines` has the line of each. Raises InputError on a point twice."""
    curves: dict[str, dict[int, str]] = {}
    for name, curve in lines.items():
        size = variants[name]["training"]["source_sentences"]
        points = curves.setdefault(curve, {})
        if size is None or size in points:
            problem = f"variant {name} is a point of the curve '{curve}' " + (
                "without a number of sentences." if size is None else f"at {size} sentences, as {points[size]} is."
            )
            raise InputError("configuration", problem, "Give it a source_sentences of its own under training.")
        points[size] = name
    return {curve: dict(sorted(points.items())) for curve, points in curves.items()}
