"""Running a model over sentences, running text and documents of any length."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast, overload

from mclner.common.cli import Progress
from mclner.common.exceptions import InputError
from mclner.data.predictions import Labelling
from mclner.data.sentence_splitting import find_sentences
from mclner.data.tokenization import Span, SubwordTokenizer, clean_token, find_words, split_words
from mclner.model.batching import ROWS_A_BATCH, EncodedSentence, SentenceEncoder, batches_by_length
from mclner.model.onnx_model import OnnxModel, is_exported, load_exported
from mclner.model.windows import join_windows

if TYPE_CHECKING:  # an exported model is run without torch
    from mclner.model.entity_model import EntityModel

log = logging.getLogger(__name__)
CHARACTERS_AT_ONCE = 200_000  # of a stream; enough that batches are full
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
WHAT_IS_READ = "Give a text, a list of texts, or a list of lists of tokens."
Input = str | Sequence[str]  # running text, or the tokens of one sentence
Item = TypeVar("Item")


class FoundEntity(TypedDict):
    """An entity of an input, with its label (PER, ORG, LOC or what the model was trained on) and its score, 0 to 1.

    In running text `start` and `end` (exclusive) count characters, and `text` is what stands there. In a list of tokens
    they count tokens, and `text` is those tokens with spaces between.
    """

    start: int
    end: int
    text: str
    label: str
    score: float


class EntityRecogniser:
    """A trained model with its tokenizer: finds entities in any language the encoder knows.

        recogniser = EntityRecogniser.from_pretrained("results/demo/full/seed1/model")
        for entity in recogniser("Ada Lovelace bodde i London."):
            print(entity["text"], entity["label"], entity["score"])

    A text may hold any number of sentences, and a sentence any number of words: sentences are told apart by the rules
    of `mclner.data.sentence_splitting`, and one longer than the model sees at once is read in windows that overlap.
    """

    def __init__(self, model: EntityModel | OnnxModel, tokenizer: SubwordTokenizer) -> None:
        self.model = model if isinstance(model, OnnxModel) else model.eval()
        self.tokenizer = tokenizer
        self.encoder = SentenceEncoder(tokenizer, model.settings.max_length, model.settings.long_sentences)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> EntityRecogniser:
        """Load the model folder of a run, on a GPU where there is one; or one that `mclner export` made.

        That one runs in ONNX Runtime, and loads without torch. Raises InputError where it is no such folder.
        """
        folder = Path(folder)
        return cls(*load_exported(folder)) if is_exported(folder) else cls(*_load_trained(folder))

    @property
    def entity_types(self) -> list[str]:
        """The labels it can give."""
        return list(self.model.entity_types)

    @overload
    def __call__(self, inputs: str, threshold: float = 0.0) -> list[FoundEntity]: ...  # type: ignore[overload-overlap]

    @overload
    def __call__(
        self, inputs: Sequence[str] | Sequence[Sequence[str]], threshold: float = 0.0
    ) -> list[list[FoundEntity]]: ...

    def __call__(
        self, inputs: str | Sequence[str] | Sequence[Sequence[str]], threshold: float = 0.0
    ) -> list[FoundEntity] | list[list[FoundEntity]]:
        """Entities of one text, or of each text or list of tokens of a list, in order.

        Entities whose score is below `threshold` are left out. Nothing else of the input is: places are those of the
        input as it stands. Raises InputError for inputs of another kind.
        """
        if isinstance(inputs, str):
            return self._entities_of([inputs], threshold)[0]
        if not isinstance(inputs, Sequence) or isinstance(inputs, bytes):
            problem = f"are of the type {type(inputs).__name__}."
            raise InputError("the inputs", problem, f"{WHAT_IS_READ} For a generator there is stream().")
        return self._entities_of(inputs, threshold)

    def stream(self, inputs: Iterable[Input], threshold: float = 0.0) -> Iterator[list[FoundEntity]]:
        """The entities of each of `inputs`, in order, as they come; no more than some are held in memory.

        They are read in groups of about 200,000 characters, so that batches are full.
        """
        if isinstance(inputs, str):
            raise InputError("the inputs", "are one string.", "Call the recogniser itself for one text.")
        for group in in_groups(inputs, characters_of):
            yield from self._entities_of(group, threshold)

    def _entities_of(self, inputs: Sequence[Input], threshold: float) -> list[list[FoundEntity]]:
        if not 0 <= threshold <= 1:
            raise InputError("the threshold", f"is {threshold}.", "Give a number from 0 to 1.")
        check_inputs(inputs)
        sentences: list[list[str]] = []
        origins: list[tuple[int, list[Span] | None]] = []  # number of the input, places of the words in it
        for number, item in enumerate(inputs):
            if not isinstance(item, str):
                origins.append((number, None))
                sentences.append([clean_token(token) for token in item])
                continue
            for sentence in find_sentences(item, find_words(item, self.tokenizer.backend_tokenizer)):
                origins.append((number, sentence))
                sentences.append([clean_token(item[start:end]) for start, end in sentence])
        found: list[list[FoundEntity]] = [[] for _ in inputs]
        for (number, places), labelling in zip(origins, self.label(sentences, what=None), strict=True):
            entities = _placed(inputs[number], places, labelling)
            found[number] += [entity for entity in entities if entity["score"] >= threshold]
        return found

    def split(self, text: str) -> list[str]:
        """The words of a text, as they stand in it."""
        return split_words(text, self.tokenizer.backend_tokenizer)

    def label(self, sentences: Sequence[Sequence[str]], what: str | None = "labelling") -> list[Labelling]:
        """Entities of tokenised sentences, in their order, in words; what was found in windows is joined.

        Progress is shown under the name `what`, or not at all.
        Raises InputError where a string stands in the place of a list of tokens.
        """
        if isinstance(sentences, str) or any(isinstance(tokens, str) for tokens in sentences):
            raise InputError(
                "label()", "got a string where lists of tokens are expected.", "Call the recogniser itself."
            )
        too_long = self.encoder.counts["words longer than the window"]
        labellings = label_sentences(self.model, self.encoder, sentences, what)
        too_long = self.encoder.counts["words longer than the window"] - too_long
        if too_long:
            log.warning("%d words have more subwords than the model sees at once; their ends are not seen", too_long)
        return labellings


def _load_trained(folder: Path) -> tuple[EntityModel, SubwordTokenizer]:
    import torch
    from transformers import AutoTokenizer

    from mclner.model.entity_model import load_model

    model = load_model(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError) as error:
        problem = f"has no tokenizer that can be read ({str(error).splitlines()[0]})."
        raise InputError(folder, problem, "Copy the folder anew, whole.") from None
    return model.to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def in_groups(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Items of a stream in groups of about CHARACTERS_AT_ONCE characters, in order; `size` counts those of one."""
    group: list[Item] = []
    held = 0
    for item in items:
        group.append(item)
        held += 1 + size(item)
        if held >= CHARACTERS_AT_ONCE:
            yield group
            group, held = [], 0
    if group:
        yield group


def characters_of(item: Input) -> int:
    """How many characters a text, or all tokens of a list, have."""
    return len(item) if isinstance(item, str) else sum(map(len, item))


def check_inputs(inputs: Sequence[Input]) -> None:
    """Raise InputError unless `inputs` are all texts, or all lists of tokens; warn of lone surrogates."""
    kinds = {str if isinstance(item, str) else list for item in inputs}
    if len(kinds) > 1:
        raise InputError("the inputs", "hold texts and lists of tokens.", WHAT_IS_READ)
    for number, item in enumerate(inputs):
        if not isinstance(item, str) and (
            not isinstance(item, Sequence) or not all(isinstance(token, str) for token in item)
        ):
            problem = "is neither a text nor a list of tokens."
            raise InputError(f"input {number}", problem, WHAT_IS_READ)
        if any(LONE_SURROGATE.search(text) for text in ([item] if isinstance(item, str) else item)):
            log.warning("input %d holds lone surrogates, which are no characters; they are passed over", number)


def _placed(item: Input, places: list[Span] | None, labelling: Labelling) -> list[FoundEntity]:
    """Entities of one sentence of an input, at their places in the input."""
    entities = []
    for entity, score in zip(labelling.entities, labelling.confidences, strict=True):
        if places is None:
            start, end, text = entity.start, entity.end, " ".join(item[entity.start : entity.end])
        else:
            start, end = places[entity.start].start, places[entity.end - 1].end
            text = cast(str, item)[start:end]
        entities.append(FoundEntity(start=start, end=end, text=text, label=entity.type, score=score))
    return entities


def label_sentences(
    model: EntityModel | OnnxModel, encoder: SentenceEncoder, sentences: Sequence[Sequence[str]], what: str | None
) -> list[Labelling]:
    """The work of `EntityRecogniser.label`, for a model that is being trained as well."""
    windows = [
        (number, first, piece)
        for number, pieces in enumerate(encoder.windows(sentences))
        for first, piece in pieces
        if piece.word_starts
    ]
    parts: list[list[tuple[int, Labelling]]] = [[] for _ in sentences]
    labellings = _label(model, encoder, [piece for _, _, piece in windows], what)
    for (number, first, _), labelling in zip(windows, labellings, strict=True):
        parts[number].append((first, labelling))
    joined = [join_windows(found) for found in parts]
    for tokens, whole in zip(sentences, joined, strict=True):  # words beyond the window, where it cuts
        whole.word_confidences.extend([0.0] * (len(tokens) - len(whole.word_confidences)))
    return joined


def _label(
    model: EntityModel | OnnxModel, encoder: SentenceEncoder, pieces: Sequence[EncodedSentence], what: str | None
) -> list[Labelling]:
    """What the model finds in each of `pieces`, batched by length."""
    found: dict[int, Labelling] = {}
    progress = Progress(len(pieces), what, "sentences") if what is not None else None
    for batch in batches_by_length([len(piece) for piece in pieces], model.tokens_a_batch, ROWS_A_BATCH):
        found.update(zip(batch, model.label_rows(encoder.rows([pieces[at] for at in batch])), strict=True))
        if progress:
            progress.update(len(batch))
    if progress:
        progress.close()
    return [found[number] for number in range(len(pieces))]


def quiet_transformers() -> None:
    """Silence loading reports; our own log says what matters."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    sys.stderr.flush()
