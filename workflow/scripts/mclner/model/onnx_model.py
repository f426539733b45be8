"""An exported model, run by ONNX Runtime on the processor; nothing here needs torch or Transformers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from mclner.common.exceptions import InputError
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import ModelSettings
from mclner.data.predictions import Labelling
from mclner.data.tags import tag_names
from mclner.data.tokenization import load_tokenizer
from mclner.model.decoding import choose_entities, tagged_entities
from mclner.model.model_folder import read_config
from mclner.model.rows import Rows

GRAPH = "model.onnx"
WEIGHTS = "model.onnx.data"
INPUTS = ("input_ids", "attention_mask", "word_starts", "word_ends", "lengths")
OUTPUTS = {"relation": ("candidates", "found", "outside"), "tagger": ("probabilities", "best")}
SPECIAL = ("cls_token_id", "sep_token_id", "pad_token_id", "unk_token_id")
EXPORT = "export"  # what config.json of an exported folder has besides


@dataclass(frozen=True, slots=True)
class ExportedTokenizer:
    """The tokenizer of an exported folder; see `SubwordTokenizer`."""

    backend_tokenizer: Tokenizer
    cls_token_id: int
    sep_token_id: int
    pad_token_id: int
    unk_token_id: int


class OnnxModel:
    """What a recogniser needs of a model, by ONNX Runtime: the graph scores, `mclner.model.decoding` chooses."""

    tokens_a_batch = 1024  # the graph holds all pairs of a batch's words at once

    def __init__(self, session: Any, settings: ModelSettings, entity_types: list[str]) -> None:
        self.session, self.settings, self.entity_types = session, settings, entity_types
        self.inputs = {known.name for known in session.get_inputs()}  # some heads need no ends of words, no lengths

    def label_rows(self, rows: Rows) -> list[Labelling]:
        """Entities of every row."""
        lengths = rows.word_mask.sum(axis=1)
        given = (rows.input_ids, rows.attention_mask, rows.word_starts, rows.word_ends, lengths)
        named = {name: array for name, array in zip(INPUTS, given, strict=True) if name in self.inputs}
        outputs = self.session.run(OUTPUTS[self.settings.head], named)
        if self.settings.head == "tagger":
            probabilities, best = outputs
            return tagged_entities(probabilities, best, lengths.tolist(), tag_names(self.entity_types))
        candidates, found, outside = outputs
        return choose_entities(candidates, found, outside, lengths.tolist(), self.entity_types)


def is_exported(folder: Path) -> bool:
    return (folder / GRAPH).is_file()


def load_exported(folder: Path) -> tuple[OnnxModel, ExportedTokenizer]:
    """Model and tokenizer of a folder that `mclner export` made. Raises InputError where it cannot be loaded."""
    try:
        import onnxruntime
    except ImportError:
        problem = "is an export, which the package onnxruntime runs, and that is not installed."
        raise InputError(folder, problem, "Install it: pip install onnxruntime") from None
    config = read_config(folder)
    try:
        special = {name: int(config[EXPORT][name]) for name in SPECIAL}
    except (KeyError, TypeError, ValueError) as error:
        problem = f"does not say what an exported model needs ({error})."
        raise InputError(folder / "config.json", problem, "Export the model again.") from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)  # 0: as many as there are cores
    try:
        session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no class of their own
        problem = f"holds no model that can be read ({str(error).splitlines()[0]})."
        raise InputError(folder, problem, "Copy the folder anew, whole, or export the model again.") from None
    try:
        backend = load_tokenizer(folder)
    except Exception as error:  # the package raises bare Exceptions
        problem = f"has no tokenizer that can be read ({str(error).splitlines()[0]})."
        raise InputError(folder, problem, "Copy the folder anew, whole.") from None
    settings = from_mapping(ModelSettings, config["settings"])
    return OnnxModel(session, settings, list(config["entity_types"])), ExportedTokenizer(backend, **special)
