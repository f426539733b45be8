"""A training step of `full` with three views against three bare encoder passes on the same tokens. Reach: 1.10 times.

Forward and backward, no optimiser on either side.
"""

from __future__ import annotations

import torch
from made_up import SMALL_ENCODER, make_sentences, make_tokenizer
from mclner.batching import SentenceEncoder
from mclner.examples import Example, ViewCollator, ViewDataset
from mclner.model import EntityModelConfig, RelationModel
from mclner.precision import autocast
from mclner.settings import ContrastSettings, ObjectiveSettings, RunSettings
from mclner.tags import Entity
from mclner.training import loss_parts
from measure import in_turn, is_quick, report


def main() -> None:
    rounds, groups = (3, 16) if is_quick(__doc__) else (15, 32)
    torch.set_num_threads(2)
    contrast = ContrastSettings(weight=0.1)
    settings = RunSettings(objectives=ObjectiveSettings(semantic_contrast=contrast, relation_contrast=contrast))
    encoder = SentenceEncoder(make_tokenizer(), 128, "split")
    sentences = sorted(make_sentences(3 * groups), key=len)
    entities = [[Entity(0, 2, "PER"), Entity(len(words) - 1, len(words), "LOC")] for words in sentences]
    rows = [pieces[0] for pieces in encoder.encode(sentences, entities)]
    examples = [Example(rows[3 * n], (rows[3 * n + 1],), (rows[3 * n + 2],), 1.0) for n in range(groups)]
    dataset, collate = ViewDataset(examples, settings), ViewCollator(encoder, settings)
    batch = collate([dataset[position, 0] for position in range(groups)])
    model = RelationModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict()))
    views = [encoder.pad(rows[view::3]) for view in range(3)]

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
