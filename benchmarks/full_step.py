"""A training step of `full` with three views against three bare encoder passes on the same tokens. Reach: 1.10 times.

Forward and backward, no optimiser on either side.
"""

from __future__ import annotations

import torch
from made_up import SMALL_ENCODER, make_tokenizer, make_view_batch, with_contrasts
from mclner.batching import SentenceEncoder
from mclner.model import EntityModelConfig, RelationModel
from mclner.precision import autocast
from mclner.training import loss_parts
from measure import in_turn, is_quick, report


def main() -> None:
    rounds, groups = (3, 16) if is_quick(__doc__) else (15, 32)
    torch.set_num_threads(2)
    settings = with_contrasts()
    encoder = SentenceEncoder(make_tokenizer(), 128, "split")
    batch, views = make_view_batch(encoder, settings, groups)
    model = RelationModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict()))

    def ours() -> None:
        with autocast(model.device, "auto"):
            outputs = model(batch)
        parts = loss_parts(outputs, batch, settings)
        torch.stack(list(parts.values())).sum().backward()

    def bare() -> None:
        for view in views:
            with autocast(model.device, "auto"):
                hidden = model.encoder(input_ids=view["input_ids"], attention_mask=view["attention_mask"])[0]
            hidden.float().square().mean().backward()

    pair = in_turn(ours, bare, rounds)
    print(f"{groups} sentences in three views: {pair.ours:.3f} s, three bare passes {pair.theirs:.3f} s")
    report("full_step", pair.share, 1.10, pair.share <= 1.10)


if __name__ == "__main__":
    main()
