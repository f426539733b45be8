"""Recipes: named ways to make views and pseudo-labels. What two variants share is made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from mclner.configuration.fields import NAME, key, needed


@dataclass(frozen=True, slots=True)
class CodeswitchingRecipe:
    """A code-switched view: phrases of the source sentence replaced by their translations in a lexicon."""

    ratio: float = key(0.5, "Probability with which a phrase that the lexicons hold is replaced.", minimum=0, maximum=1)
    mixing: Literal["word", "sentence"] = key(
        "word", "A language is drawn for each phrase (`word`), or one for the sentence."
    )
    copies_per_sentence: int = key(
        3, "Code-switched copies of each sentence; training takes another each epoch.", minimum=1
    )


@dataclass(frozen=True, slots=True)
class QualityBounds:
    """Bounds that a translation has to keep; what breaks one is turned away and counted."""

    min_length_ratio: float = key(
        0.55,
        "Least length over the source's, both in the translator's subwords, and over that of most translations into "
        "the language where those are longer: below lie few human translations of news, and every half.",
        minimum=0,
    )
    max_length_ratio: float = key(2.5, "Greatest length over the source's.", minimum=0)
    max_looped_share: float = key(
        0.3, "Greatest share of its text that repeats what stands just before, where the source does not.", minimum=0
    )
    max_copied_share: float = key(0.5, "Greatest share of words outside entities that the source has too.", minimum=0)
    min_script_share: float = key(0.5, "Least share of letters in the target's script.", minimum=0, maximum=1)


@dataclass(frozen=True, slots=True)
class TranslationRecipe:
    """A translated view, with the entities of its source sentence where they can be carried over."""

    backend: Literal["lexicon", "parallel", "nllb", "apertium", "projection"] = needed(
        "`lexicon`: word by word, entities carried as spans; `nllb`: a translation model, entities carried by markers; "
        "`apertium`: a translator by rules, where it is installed (es, pt, fr, it); `parallel`: aligned text of yours, "
        "without labels, whose English side joins the source sentences; `projection`: the aligned text of another "
        "recipe with labels, which a teacher gives the English side and word alignment carries over."
    )
    translator: str | None = key(None, "For `nllb`: a name under `translators`.")
    beams: int = key(1, "For `nllb`: hypotheses kept while translating.", minimum=1)
    guard: QualityBounds | None = key(None, "Bounds that a translation has to keep; null for no guard.")
    sources: tuple[str, ...] = key(
        ("found",),
        "For `parallel`: names under `parallel_sources`, or under `<folder>/parallel/`, each with `en-<language>.tsv`; "
        "`found`: all others there.",
        minItems=1,
        items={"pattern": NAME},
    )
    max_sentences: int = key(1000, "For `parallel`: English sentences used.", minimum=1)
    held_out_sentences: int = key(
        0, "For `parallel`: English sentences kept apart to measure the alignment on; at most half of all.", minimum=0
    )
    aligned: str | None = key(None, "For `projection`: the recipe with the aligned text.")
    teacher: str | None = key(None, "For `projection`: the variant that labels the English side.")
    teacher_seeds: Literal["own", "all"] = key(
        "own", "For `projection`: the teacher's run with the student's seed, or its runs with all `seeds`, which vote."
    )
    layer: int = key(8, "For `projection`: the layer of the pretrained encoder that aligns the words.", minimum=0)
    lexicon_bonus: float = key(
        0.1, "For `projection`: how much more similar (cosine) two words are that a lexicon pairs.", minimum=0
    )
    min_aligned_share: float = key(
        0.7, "For `projection`: least share of each entity's words that must be aligned.", minimum=0, maximum=1
    )
    max_with_entities: int = key(300, "For `projection`: sentences with entities kept per language.", minimum=0)
    max_without_entities: int = key(100, "For `projection`: sentences without entities kept per language.", minimum=0)


@dataclass(frozen=True, slots=True)
class SelfTrainingRecipe:
    """Pseudo-labels: who labels the unlabelled target text, and which of the labels a student learns from."""

    ANY_OF: ClassVar = (("teacher",), ("based_on",))

    based_on: str | None = key(None, "The recipe whose keys these are put on top of.")
    teacher: str | None = key(
        None, "The variant that labels the unlabelled text; it may not learn from pseudo-labels itself."
    )
    teacher_seeds: Literal["own", "all"] = key(
        "own", "`own`: the teacher's run with the student's seed; `all`: its runs with all `seeds`, which vote."
    )
    labels: Literal["hard", "soft"] = key(
        "hard",
        "`hard`: the entities that the teacher finds, where it is to be believed. `soft`: its probabilities of every "
        "label of every word pair, or word; sentences are taken as they come and no threshold is used.",
    )
    entity_threshold: float = key(
        0.5, "Probability from which an entity is believed; else its words get no weight.", minimum=0, maximum=1
    )
    outside_threshold: float = key(
        0.97, "Probability from which it is believed that a word is outside all entities.", minimum=0, maximum=1
    )
    min_believed_share: float = key(0.5, "Share of believed words from which a sentence is kept.", minimum=0, maximum=1)
    max_share_without_entities: float = key(
        0.25, "Largest share of the sentences kept in which no entity is believed.", minimum=0, maximum=1
    )
    max_sentences_per_language: int = key(
        100, "Sentences kept per language; the surest stay, or with soft labels the first.", minimum=0
    )
