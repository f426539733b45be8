"""Labelling sentences against the bare forward pass of the encoder on the same batches. Reach: 1.10 times.

Cutting words into subwords is part of the labelling. The scorer is random, with weights large enough that it finds
entities. Also times decoding alone: sentences of 32 words with one to three entities each, and noise; reach 10 us.
"""

from __future__ import annotations

import random

import torch

from made_up import SMALL_ENCODER, make_sentences, make_tokenizer
from mclner.data.predictions import Labelling
from mclner.data.tags import Entity
from mclner.model.batching import ROWS_A_BATCH, TOKENS_A_BATCH, SentenceEncoder, batches_by_length
from mclner.model.entity_model import EntityModelConfig, RelationModel
from mclner.model.mixed_precision import autocast
from mclner.model.recogniser import label_sentences
from mclner.model.relation_grid import decode_grids, relation_grids
from measure import in_turn, is_quick, report, seconds

SCORER_SPREAD = 0.25


def seconds_of_decoding(sentences: int) -> float:
    """Decode grids that hold one to three entities a sentence; asserts that all come out."""
    generator, length, types = random.Random(1), 32, ["PER", "ORG", "LOC"]
    there = []
    for _ in range(sentences):
        starts = sorted(generator.sample(range(0, length, 4), generator.randint(1, 3)))
        there.append([Entity(s, s + generator.randint(1, 4), generator.choice(types)) for s in starts])
    grids = torch.from_numpy(relation_grids(there, length, types))
    logits = 10 * torch.nn.functional.one_hot(grids, 2 + len(types)) + torch.randn(*grids.shape, 2 + len(types))
    grids_log = logits.log_softmax(-1)
    assert [labelling.entities for labelling in decode_grids(grids_log, [length] * sentences, types)] == there
    return min(seconds(lambda: decode_grids(grids_log, [length] * sentences, types)) for _ in range(9)) / sentences


def main() -> None:
    rounds, number = (9, 300) if is_quick(__doc__) else (5, 1500)
    torch.set_num_threads(2)
    torch.manual_seed(1)
    sentences = make_sentences(number)
    model = RelationModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict())).eval()
    torch.nn.init.normal_(model.scorer.weight, std=SCORER_SPREAD)
    tokenizer = make_tokenizer()
    sentence_encoder = SentenceEncoder(tokenizer, 128, "split")
    pieces = [piece for found in sentence_encoder.encode(sentences) for piece in found]
    plan = batches_by_length([len(piece) for piece in pieces], TOKENS_A_BATCH, ROWS_A_BATCH)
    batches = [sentence_encoder.pad([pieces[at] for at in batch]) for batch in plan]

    def bare() -> None:
        with torch.inference_mode(), autocast(model.device, "auto"):
            for batch in batches:
                model.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)

    def ours() -> list[Labelling]:
        return label_sentences(model, SentenceEncoder(tokenizer, 128, "split"), sentences, "labelling")

    pair = in_turn(ours, bare, rounds)
    found = sum(len(labelling.entities) for labelling in ours())
    print(f"{number} sentences, {found} entities found: {pair.ours:.2f} s, bare encoder {pair.theirs:.2f} s")
    decoding = seconds_of_decoding(64)
    print(f"decoding: {decoding * 1e6:.0f} us a sentence of 32 words")
    report("evaluation", pair.share, 1.10, pair.share <= 1.10 and decoding <= 10e-6)


if __name__ == "__main__":
    main()
