"""Translation by NLLB-200 through CTranslate2, entities carried by markers."""

from __future__ import annotations

import ctypes
import logging
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import ctranslate2
from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from mclner.common.exceptions import InputError
from mclner.data.languages import Language
from mclner.data.sentences import Sentence
from mclner.data.tags import Entity, tags_of
from mclner.data.tokenization import REPLACEMENT, clean_token, split_words
from mclner.views.label_markers import assign_types, can_be_marked, mark, split_marked, without_markers
from mclner.views.translation import Translation

log = logging.getLogger(__name__)
CUBLAS = "libcublas.so.12"  # whatever CUDA torch was built for


def load_cublas() -> bool:
    """Load the cuBLAS that CTranslate2 wants, of the system or of the package nvidia-cublas-cu12; False without one."""
    packaged = sorted(Path(sysconfig.get_path("purelib")).glob("nvidia/*/lib/libcublas*.so.12"), reverse=True)
    for names in ([CUBLAS], map(str, packaged)):  # of the package libcublasLt comes first, since libcublas needs it
        try:
            if [ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL) for name in names]:
                return True
        except OSError:
            continue
    log.warning("there is a GPU, but no %s (pip install nvidia-cublas-cu12): translating on the processor", CUBLAS)
    return False


class NeuralModel:
    """Translates plain text from one language into another; int8 on a CPU, float16 on a GPU.

    No translation gets longer than `longest` subwords.
    """

    def __init__(
        self, folder: Path, source: Language, target: Language, beams: int, threads: int, longest: int = 256
    ) -> None:
        on_gpu = ctranslate2.get_cuda_device_count() > 0 and load_cublas()
        try:
            self.translator = ctranslate2.Translator(
                str(folder),
                device="cuda" if on_gpu else "cpu",
                compute_type="float16" if on_gpu else "int8",
                inter_threads=1 if on_gpu else threads,  # a batch for every core is faster than a batch on all cores
                intra_threads=1,
            )
            self.tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
                folder, src_lang=source.nllb, trust_remote_code=False
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise InputError(folder, f"is no converted translator ({error}).", "Delete it and run again.") from None
        self.target, self.beams, self.longest = target.nllb, beams, longest
        if self.tokenizer.convert_tokens_to_ids(self.target) == self.tokenizer.unk_token_id:
            raise InputError(folder, f"does not know the language {self.target}.", "Correct config/languages.tsv.")

    def translate(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Translations with their length over that of the source, both in subwords; batched by length.

        What the model has no character for is U+FFFD.
        """
        pieces = [self.tokenizer.convert_ids_to_tokens(ids) for ids in self.tokenizer(list(texts))["input_ids"]]
        results = self.translator.translate_batch(
            pieces,
            target_prefix=[[self.target]] * len(pieces),
            beam_size=self.beams,
            max_batch_size=2048,
            batch_type="tokens",
            max_decoding_length=self.longest,
        )
        translated = []
        for source, result in zip(pieces, results, strict=True):
            ids = self.tokenizer.convert_tokens_to_ids(result.hypotheses[0])
            translated.append((self._decode(ids), max(len(ids) - 1, 0) / max(len(source) - 2, 1)))
        return translated

    def _decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`, U+FFFD where the model wrote something it has no character for."""
        parts: list[list[int]] = [[]]
        for identifier in ids:
            if identifier == self.tokenizer.unk_token_id:
                parts.append([])
            else:
                parts[-1].append(identifier)
        return REPLACEMENT.join(self.tokenizer.decode(part, skip_special_tokens=True) for part in parts)


class NeuralTranslator:
    """The back end `nllb`: a translation of every sentence; tags are None where the markers did not come back."""

    def __init__(self, model: NeuralModel, language: str, splitter: Tokenizer) -> None:
        self.model, self.language, self.splitter = model, language, splitter

    def translate(self, sentences: Sequence[Sentence]) -> Iterator[Translation]:
        marked = [sentence.entities if can_be_marked(sentence.tokens) else [] for sentence in sentences]
        names = [
            " ".join(sentence.tokens[entity.start : entity.end])
            for sentence, entities in zip(sentences, marked, strict=True)
            if len({entity.type for entity in entities}) > 1
            for entity in entities
        ]
        distinct = list(dict.fromkeys(names))
        texts = [mark(sentence.tokens, entities) for sentence, entities in zip(sentences, marked, strict=True)]
        results = self.model.translate([*texts, *distinct])
        alone = {name: text for name, (text, _) in zip(distinct, results[len(texts) :], strict=True)}
        for sentence, entities, (text, ratio) in zip(sentences, marked, results, strict=False):
            yield Translation(self._read(sentence, entities, text, alone), ratio)

    def _read(self, sentence: Sentence, entities: list[Entity], text: str, alone: dict[str, str]) -> Sentence:
        """The translated sentence; without tags where it cannot be told where its entities are."""
        parts = split_marked(text)
        if parts is None or len(parts[1]) != len(entities) or not can_be_marked(sentence.tokens):
            words = self._words(without_markers(text))
            return replace(sentence, lang=self.language, tokens=tuple(words), tags=None)
        stretches, numbers = parts
        types = [entity.type for entity in entities]
        if len(set(types)) > 1:
            names = [alone[" ".join(sentence.tokens[entity.start : entity.end])] for entity in entities]
            types = assign_types([stretches[number] for number in numbers], names, types)
        type_of = dict(zip(numbers, types, strict=True))
        words, found = [], []
        for number, stretch in enumerate(stretches):
            begin = len(words)
            words += self._words(stretch)
            if number in type_of and len(words) > begin:
                found.append(Entity(begin, len(words), type_of[number]))
        tags = tuple(tags_of(found, len(words))) if sentence.tags is not None else None
        return replace(sentence, lang=self.language, tokens=tuple(words), tags=tags)

    def _words(self, text: str) -> list[str]:
        return [clean_token(word) for word in split_words(text, self.splitter)]
