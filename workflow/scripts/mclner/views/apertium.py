"""Translation by Apertium, a rule-based translator in Debian, where it is installed: English to es, pt, fr and it.

Entities stand in `<span>` elements, which Apertium keeps around the words they become.
"""

from __future__ import annotations

import html
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser

from tokenizers import Tokenizer

from mclner.common.exceptions import InputError
from mclner.data.sentences import Sentence
from mclner.data.tags import Entity, tags_of
from mclner.data.tokenization import clean_token, split_words
from mclner.views.translation import Translation

CHAINS = {"es": ("eng-spa",), "pt": ("eng-spa", "es-pt"), "fr": ("eng-spa", "es-fr"), "it": ("eng-spa", "spa-ita")}
PACKAGES = "apertium apertium-eng-spa apertium-es-pt apertium-fr-es apertium-spa-ita"
REMEDY = f"Install it (Debian, Ubuntu: apt-get install {PACKAGES})."


class ApertiumTranslator:
    """The back end `apertium`: one call of Apertium, or a chain of two, for all sentences."""

    def __init__(self, language: str, splitter: Tokenizer) -> None:
        if language not in CHAINS:
            raise InputError("apertium", f"has no chain from English to '{language}'.", f"It has {sorted(CHAINS)}.")
        if shutil.which("apertium") is None:
            raise InputError("apertium", "is not installed.", REMEDY)
        self.language, self.splitter = language, splitter

    def translate(self, sentences: Sequence[Sentence]) -> Iterator[Translation]:
        text = "\n".join(_as_html(sentence) for sentence in sentences)
        for mode in CHAINS[self.language]:
            done = subprocess.run(["apertium", "-u", "-f", "html", mode], input=text, capture_output=True, text=True)
            if done.returncode:
                raise InputError(f"apertium {mode}", f"failed: {done.stderr.strip()[:200]}", REMEDY)
            text = done.stdout
        reader = _Reader(self.splitter)
        reader.feed(text)
        if len(reader.sentences) != len(sentences):
            problem = f"gave {len(reader.sentences)} sentences for {len(sentences)}."
            raise InputError("apertium", problem, "Report it with the sentences at hand.")
        for sentence, (words, entities) in zip(sentences, reader.sentences, strict=True):
            kinds = [Counter(entity.type for entity in side) for side in (entities, sentence.entities)]
            whole = sentence.tags is not None and kinds[0] == kinds[1]  # now and then Apertium tears an entity apart
            tags = tuple(tags_of(entities, len(words))) if whole else None
            translated = replace(sentence, lang=self.language, tokens=tuple(words), tags=tags)
            yield Translation(translated, len(words) / max(len(sentence.tokens), 1))


def _as_html(sentence: Sentence) -> str:
    words = [html.escape(token) for token in sentence.tokens]
    for entity in sentence.entities:
        words[entity.start] = f'<span class="{html.escape(entity.type)}">{words[entity.start]}'
        words[entity.end - 1] += "</span>"
    return f"<p>{' '.join(words)}</p>"


class _Reader(HTMLParser):
    """Words and entities of each paragraph."""

    def __init__(self, splitter: Tokenizer) -> None:
        super().__init__()
        self.splitter = splitter
        self.sentences: list[tuple[list[str], list[Entity]]] = []
        self.entity: tuple[int, str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self.sentences.append(([], []))
        elif tag == "span" and self.sentences:
            self.entity = (len(self.sentences[-1][0]), dict(attributes).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self.entity is not None:
            words, entities = self.sentences[-1]
            begin, kind = self.entity
            if len(words) > begin:
                entities.append(Entity(begin, len(words), kind))
            self.entity = None

    def handle_data(self, data: str) -> None:
        if self.sentences and data.strip():
            self.sentences[-1][0].extend(clean_token(word) for word in split_words(data, self.splitter))
