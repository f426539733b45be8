"""A page to look at the errors: the sentences of every language with gold and predicted entities, in one HTML file."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.common.files import writing
from mclner.data.languages import Language
from mclner.data.tags import Entity
from mclner.evaluation.error_kinds import KINDS, match_entities

TEMPLATE = Path(__file__).with_name("error_page.html")
PLACE = "@DATA@"  # in the template, once
WITHOUT_SPACES = {"Han", "Japanese", "Thai", "Burmese", "Khmer", "Lao"}  # scripts; tokens stand closer together


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A test sentence with its gold entities and those that each run found, in the order of the page's runs."""

    id: str
    tokens: Sequence[str]
    gold: Sequence[Entity]
    found: Sequence[Sequence[Entity]]


@dataclass(frozen=True, slots=True)
class LanguageErrors:
    """What the page shows of a language; `available` is how many sentences its test has."""

    language: Language
    sentences: Sequence[LabelledSentence]
    available: int


def spread_evenly(available: int, wanted: int) -> list[int]:
    """Positions of at most `wanted` of `available` sentences, at even distances, in order."""
    shown = min(available, wanted)
    return [place * available // shown for place in range(shown)]


def write_error_page(
    path: Path, experiment: str, titles: Mapping[str, str], seeds: Sequence[str], languages: Sequence[LanguageErrors]
) -> None:
    """Write the page to `path`. Runs are ordered by seed, then by variant in the order of `titles` (name -> title)."""
    types: dict[str, int] = {}
    shown = [_language_data(errors, types) for errors in languages]
    head: dict[str, Any] = {
        "experiment": experiment,
        "variants": [{"name": name, "title": title} for name, title in titles.items()],
        "seeds": list(seeds),
        "kinds": KINDS,
        "types": list(types),
    }
    text = json_for_script(shown)
    head["bytes"] = len(text.encode())
    data = f'{{"head":{json_for_script(head)},"languages":{text}}}'
    before, after = TEMPLATE.read_text(encoding="utf-8").split(PLACE)
    with writing(path) as partial:
        partial.write_text(before + data + after, encoding="utf-8")


def json_for_script(value: Any) -> str:
    """Compact JSON that may stand inside an HTML `<script>`: no text in it can end the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def direction_of(sentences: Sequence[LabelledSentence]) -> str:
    """`rtl` where most letters run from right to left: a single sentence may begin with a foreign name."""
    kinds = [unicodedata.bidirectional(letter) for row in sentences for token in row.tokens for letter in token]
    return "rtl" if kinds.count("R") + kinds.count("AL") > kinds.count("L") else "ltr"


def _language_data(errors: LanguageErrors, types: dict[str, int]) -> dict[str, Any]:
    """A language as the page reads it. `types` numbers the entity types and grows."""
    return {
        "code": errors.language.code,
        "name": errors.language.name,
        "direction": direction_of(errors.sentences),
        "spaces": errors.language.script not in WITHOUT_SPACES,
        "available": errors.available,
        "sentences": [_sentence_data(sentence, types) for sentence in errors.sentences],
    }


def _sentence_data(sentence: LabelledSentence, types: dict[str, int]) -> list[Any]:
    """`[id, text, gold]`, and where a run is wrong a fourth part with the errors of each run.

    The text is the tokens joined by spaces, or a list of them where one holds a space. Gold is one flat list of start,
    end and type; the errors of a run are one of kind, position in gold, start, end and type, -1 for what is not there,
    or 0 where the run has none.
    """
    tokens = list(sentence.tokens)
    text = tokens if any(" " in token for token in tokens) else " ".join(tokens)
    gold = [number for entity in sentence.gold for number in _entity_data(entity, types)]
    runs = [_errors_data(sentence.gold, found, types) for found in sentence.found]
    return [sentence.id, text, gold, runs] if any(runs) else [sentence.id, text, gold]


def _entity_data(entity: Entity | None, types: dict[str, int]) -> tuple[int, int, int]:
    if entity is None:
        return -1, -1, -1
    return entity.start, entity.end, types.setdefault(entity.type, len(types))


def _errors_data(gold: Sequence[Entity], found: Sequence[Entity], types: dict[str, int]) -> list[int] | int:
    data = []
    for match in match_entities(gold, found):
        if match.kind != "right":
            position = -1 if match.gold is None else gold.index(match.gold)
            data += [KINDS.index(match.kind), position, *_entity_data(match.found, types)]
    return data or 0
