"""The card of a trained model: the README.md that people and the Hugging Face hub read."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd
from huggingface_hub import EvalResult, ModelCardData

from mclner.common.exceptions import InputError
from mclner.configuration.run_settings import RunSettings
from mclner.data.languages import Language
from mclner.report.card_sources import Corpus, Material
from mclner.report.tables import to_markdown

TEMPLATE = Path(__file__).with_name("model_card.md")
LABELLED = re.compile(r"corpora/[^/]+/([^/]+)/(?:train|dev|test)\.[a-z]+")
HUB_LANGUAGE = re.compile(r"[a-z]{2,3}")
METRICS = {"f1": "F1", "precision": "Precision", "recall": "Recall"}
HEADS = {"relation": "relations between words", "tagger": "tags of words"}
LONG_SENTENCES = {"split": "read in parts, and an entity where two meet may be lost", "cut": "not read to their end"}


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a trained model.

    `scores` has a row per test language, in per cent: language, precision, recall, f1, low, high (95 % interval of F1),
    entities, sentences; `means` has label, f1, low and high. `inputs` are the files that training read, with their
    SHA-256; `machine` is what it ran on.
    """

    name: str
    variant: str
    settings: RunSettings
    inputs: Mapping[str, str]
    machine: Mapping[str, Any]
    best_source_dev_f1: float
    languages: Mapping[str, Language]
    scores: pd.DataFrame
    means: pd.DataFrame
    corpus: Corpus
    materials: Sequence[Material]


def labelled_languages(inputs: Mapping[str, str]) -> set[str]:
    """Languages of the files with labels that people made, among those that training read."""
    return {match[1] for path in inputs if (match := LABELLED.search(path))}


def model_card(card: Card) -> str:
    """The whole card. Raises InputError where a file with labels of another language than the source was read."""
    settings = card.settings
    others = sorted(labelled_languages(card.inputs) - {settings.source})
    if others:
        problem = f"was trained with labels of {', '.join(others)}, and a card says that none of a target was used."
        raise InputError(card.name, problem, f"Train it on sentences of '{settings.source}' alone.")
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        header=card_data(card).to_yaml(),
        name=card.name,
        types=", ".join(f"`{name}`" for name in settings.entity_types),
        language_count=len(card.scores),
        source=f"{card.languages[settings.source].name} (`{settings.source}`)",
        encoder=next(material.name for material in card.materials if material.role == "encoder"),
        variant=card.variant,
        head=HEADS[settings.model.head],
        corpus=card.corpus.title,
        scores=to_markdown(_score_table(card), "").strip(),
        learnt=_list(_learnt_from(card)),
        dev_f1=f"{card.best_source_dev_f1:.1f}",
        window=settings.model.max_length,
        long_sentences=LONG_SENTENCES[settings.model.long_sentences],
        note=f"- {card.corpus.note}\n" if card.corpus.note else "",
        materials=_list(f"{material.role} {material.name}: {material.licence}" for material in card.materials),
        machine=", ".join(f"{name} {value}" for name, value in card.machine.items()),
        settings=json.dumps(dataclasses.asdict(settings), indent=2, ensure_ascii=False),
        inputs="\n".join(f"{digest}  {path}" for path, digest in sorted(card.inputs.items())),
    )


def card_data(card: Card) -> ModelCardData:
    """The header: languages, licence, data, metrics and, by language, results as fractions of one."""
    codes = (re.split("[-_]", code)[0].lower() for code in card.scores["language"])
    bases = [material.repository for material in card.materials if material.role == "encoder" and material.repository]
    return ModelCardData(
        model_name=card.name,
        language=list(dict.fromkeys(code for code in codes if HUB_LANGUAGE.fullmatch(code))),
        license="other",
        license_name="not-chosen",
        library_name="mclner",
        pipeline_tag="token-classification",
        tags=["named-entity-recognition", "cross-lingual", "mclner"],
        base_model=bases or None,
        datasets=sorted(card.corpus.repositories(card.scores["language"])) or None,
        metrics=list(METRICS),
        eval_results=list(_results(card)),
    )


def _results(card: Card) -> Iterator[EvalResult]:
    for row in card.scores.to_dict("records"):
        code = row["language"]
        repository, configuration = card.corpus.place_of(code)
        for metric, name in METRICS.items():
            yield EvalResult(
                task_type="token-classification",
                task_name="Named entity recognition",
                dataset_type=repository or card.corpus.name,
                dataset_name=f"{card.corpus.title}, {card.languages[code].name}",
                dataset_config=configuration,
                dataset_split="test",
                metric_type=metric,
                metric_name=name,
                metric_value=round(row[metric] / 100, 4),
            )


def _score_table(card: Card) -> pd.DataFrame:
    """A row per language, and the means below."""
    rows = [
        {
            "Language": f"{card.languages[row['language']].name} ({row['language']})",
            **_f1_cells(row),
            "Precision": f"{row['precision']:.1f}",
            "Recall": f"{row['recall']:.1f}",
            "Entities": f"{row['entities']:,}",
            "Sentences": f"{row['sentences']:,}",
        }
        for row in card.scores.to_dict("records")
    ]
    means = [{"Language": f"**{row['label']}**"} | _f1_cells(row) for row in card.means.to_dict("records")]
    return pd.DataFrame([*rows, *means]).fillna("")


def _f1_cells(row: Mapping[Any, Any]) -> dict[str, str]:
    return {"F1": f"{row['f1']:.1f}", "95 % interval": f"{row['low']:.1f} to {row['high']:.1f}"}


def _learnt_from(card: Card) -> Iterator[str]:
    settings = card.settings
    yield f"Sentences in {card.languages[settings.source].name} with the labels of the corpus {card.corpus.title}."
    if settings.views.codeswitched:
        recipe = settings.views.codeswitched
        yield f"Code-switched views: the same with words replaced by dictionary translations (recipe `{recipe}`)."
    if settings.views.translated:
        yield f"Translations of them, with labels carried over (recipe `{settings.views.translated}`)."
    if settings.self_training:
        recipe = settings.self_training
        yield f"Unlabelled target text with labels from models that learnt as described here (recipe `{recipe}`)."


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
