"""Training steps of `full` with three views against three bare encoder passes on the same tokens. Reach: 1.10 times.

Batches are those of the trainer, sentences of like length; our side packs them too, as the trainer does between steps.
Forward and backward, no optimiser on either side. The bare passes take the views one after the other, each padded to
its longest row; printed beside them is one bare pass over each of the slices into which our side cuts a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from made_up import SMALL_ENCODER, backward, make_tokenizer, make_training_batches, with_contrasts
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModelConfig, RelationModel
from mclner.model.mixed_precision import autocast
from mclner.training.dataset import ViewCollator
from measure import in_turn, is_quick, report


def main() -> None:
    rounds, sentences, rows = (2, 64, 16) if is_quick(__doc__) else (7, 320, 32)
    torch.set_num_threads(2)
    settings = with_contrasts()
    encoder = SentenceEncoder(make_tokenizer(), 128, "split")
    batches = make_training_batches(encoder, settings, sentences, rows, with_views=True)
    model = RelationModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict()))
    collate = ViewCollator(encoder, settings)
    views = [(view.input_ids, view.attention_mask) for batch in batches for view in batch.views(encoder)]
    slices = [
        (packed.input_ids[first:last, :width], packed.attention_mask[first:last, :width])
        for packed in (collate(batch.examples) for batch in batches)
        for first, last, width in packed.slices
    ]

    def ours() -> None:
        for batch in batches:
            backward(model, collate(batch.examples), settings)

    def bare(passes: list[tuple[Tensor, Tensor]]) -> None:
        for ids, mask in passes:
            with autocast(model.device, "auto"):
                hidden = model.encoder(input_ids=ids, attention_mask=mask)[0]
            hidden.float().square().mean().backward()

    pair = in_turn(ours, lambda: bare(views), rounds)
    sliced = in_turn(ours, lambda: bare(slices), rounds)
    print(
        f"{len(batches)} batches of {rows} sentences in three views: {pair.ours:.2f} s, bare passes {pair.theirs:.2f} s"
    )
    print(f"{len(slices)} bare passes over our slices: {sliced.theirs:.2f} s, so {sliced.share:.2f} times those")
    report("full_step", pair.share, 1.10, pair.share <= 1.10)


if __name__ == "__main__":
    main()
