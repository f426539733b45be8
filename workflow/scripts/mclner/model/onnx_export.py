"""A trained model as an ONNX graph, in float32 or with most of its weights in 8 bits."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mclner.common.exceptions import InputError
from mclner.model.entity_model import EntityModel, RelationModel
from mclner.model.onnx_model import GRAPH, INPUTS, OUTPUTS, WEIGHTS
from mclner.model.relation_grid import score_candidates

OPSET = 17
LARGEST_INSIDE = 1024  # bytes of a weight that stays in the graph; the others lie beside it, where they are mapped


class Precision(NamedTuple):
    """Which products of the encoder are in 8 bits; the head and what is no product stay in float32."""

    name: str
    attention: bool
    feed_forward_in: bool
    feed_forward_out: bool

    def quantises(self, inner: int, outer: int) -> bool:
        """Whether it has a product with weights [inner, outer] in 8 bits; a feed-forward layer widens, then narrows."""
        if inner == outer:
            return self.attention
        return self.feed_forward_out if inner > outer else self.feed_forward_in


FLOAT32 = Precision("float32", False, False, False)
INT8 = (  # from the smallest to the most exact
    Precision("int8", True, True, True),
    Precision("int8, the second half of each feed-forward layer in float32", True, True, False),
    Precision("int8, feed-forward layers in float32", True, False, False),
)


class RowQuantisedEmbedding(nn.Module):
    """Word embeddings in 8 bits, with a scale for each word: a quarter of the memory, an error of 1/254 of the largest.

    They are most of a multilingual encoder.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scales = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self.scales = nn.Buffer(scales)
        self.weight = nn.Buffer((weight / scales).round().to(torch.int8))

    def forward(self, ids: Tensor) -> Tensor:
        return self.weight[ids].float() * self.scales[ids]


class Graph(nn.Module):
    """What is exported of a model: from subwords to what `mclner.model.decoding` chooses entities from."""

    def __init__(self, model: EntityModel, small_embeddings: bool) -> None:
        super().__init__()
        self.model = model
        embeddings = model.encoder.get_input_embeddings()
        self.embeddings = RowQuantisedEmbedding(embeddings.weight.detach()) if small_embeddings else embeddings

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, word_starts: Tensor, word_ends: Tensor, lengths: Tensor
    ) -> tuple[Tensor, ...]:
        hidden = self.model.encoder(inputs_embeds=self.embeddings(input_ids), attention_mask=attention_mask)[0]
        logits = self.model.score(self.model.pool(hidden, word_starts, word_ends))
        if isinstance(self.model, RelationModel):
            return score_candidates(logits.log_softmax(-1), lengths)
        probabilities, best = logits.softmax(-1).max(-1)
        return probabilities, best


def export_graph(model: EntityModel, precision: Precision, folder: Path) -> None:
    """Write GRAPH and WEIGHTS of `model` to `folder`. Raises InputError where the packages for it are missing."""
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        remedy = "Install what exporting needs: pip install 'mclner[export]'"
        raise InputError("export", f"needs the package {error.name}, which is not installed.", remedy) from None
    with TemporaryDirectory(prefix=".export", dir=folder) as scratch:
        traced, small = Path(scratch) / "traced.onnx", Path(scratch) / "small.onnx"
        _trace(model, precision is not FLOAT32, traced)
        graph = onnx.load(traced)
        if precision is not FLOAT32:
            nodes = [node for node, inner, outer in _products_of_encoder(graph) if precision.quantises(inner, outer)]
            logging.getLogger().addFilter(_is_no_advice)
            quantize_dynamic(
                graph,
                small,
                op_types_to_quantize=["MatMul"],
                nodes_to_quantize=nodes,
                per_channel=True,
                reduce_range=True,  # 7 bits: exact on processors whose sums of 8 bits overflow, too
                weight_type=QuantType.QInt8,
                use_external_data_format=True,
            )
            logging.getLogger().removeFilter(_is_no_advice)
            graph = onnx.load(small)
        for name in (GRAPH, WEIGHTS):  # they are not written over: a session may have them mapped
            (folder / name).unlink(missing_ok=True)
        onnx.save_model(
            graph,
            folder / GRAPH,
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=WEIGHTS,
            size_threshold=LARGEST_INSIDE,
        )


def _is_no_advice(record: logging.LogRecord) -> bool:
    """False for ONNX Runtime's advice to prepare graphs for 8 bits by a step that dynamic scales do not need."""
    return "pre-processing before quantization" not in record.getMessage()


def _trace(model: EntityModel, small_embeddings: bool, path: Path) -> None:
    """The graph of `model` in float32, by PyTorch's exporter that traces."""
    of_subwords, of_words, of_candidates = {0: "rows", 1: "subwords"}, {0: "rows", 1: "words"}, {0: "candidates"}
    axes = {
        "input_ids": of_subwords,
        "attention_mask": of_subwords,
        "word_starts": of_words,
        "word_ends": of_words,
        "lengths": {0: "rows"},
        "candidates": of_candidates,
        "found": of_candidates,
        "outside": of_words,
        "probabilities": of_words,
        "best": of_words,
    }
    names = OUTPUTS[model.settings.head]
    model = model.float().cpu().eval()
    starts = torch.tensor([[1, 2, 4], [1, 3, 0]])
    ends = torch.tensor([[2, 4, 5], [3, 4, 1]])
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]])
    given = (torch.full((2, 6), 5), mask, starts, ends, torch.tensor([3, 2]))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # tracing warns of shapes, which the tests try, and of its successor
        torch.onnx.export(
            Graph(model, small_embeddings),
            given,
            str(path),
            input_names=list(INPUTS),
            output_names=list(names),
            dynamic_axes={name: axis for name, axis in axes.items() if name in (*INPUTS, *names)},
            opset_version=OPSET,
            dynamo=False,
        )


def _products_of_encoder(graph: Any) -> Iterator[tuple[str, int, int]]:
    """The products with weights in the encoder: name of the node, inner and outer size."""
    shapes = {weight.name: tuple(weight.dims) for weight in graph.graph.initializer}
    for node in graph.graph.node:
        if node.op_type == "MatMul" and "/encoder/" in node.name and len(shapes.get(node.input[1], ())) == 2:
            inner, outer = shapes[node.input[1]]
            yield node.name, inner, outer
