"""Labelling sentences against the bare forward pass of the encoder on the same batches. Reach: 1.10 times.

Also times decoding alone, a sentence of 32 words; reach 10 microseconds.
"""

from __future__ import annotations

import torch
from made_up import SMALL_ENCODER, make_sentences, make_tokenizer
from mclner.batching import SentenceEncoder, batches_by_length
from mclner.labelling import ROWS_A_BATCH, TOKENS_A_BATCH, label_sentences
from mclner.model import EntityModelConfig, RelationModel
from mclner.precision import autocast
from mclner.relations import decode_grids
from measure import in_turn, is_quick, report, seconds


def main() -> None:
    rounds, number = (2, 300) if is_quick(__doc__) else (5, 1500)
    torch.set_num_threads(2)
    sentences = make_sentences(number)
    model = RelationModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict())).eval()
    sentence_encoder = SentenceEncoder(make_tokenizer(), 128, "split")
    pieces = [piece for found in sentence_encoder.encode(sentences) for piece in found]
    plan = batches_by_length([len(piece) for piece in pieces], TOKENS_A_BATCH, ROWS_A_BATCH)
    batches = [sentence_encoder.pad([pieces[at] for at in batch]) for batch in plan]

    def bare() -> None:
        with torch.inference_mode(), autocast(model.device, "auto"):
            for batch in batches:
                model.encoder(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])

    pair = in_turn(lambda: label_sentences(model, sentence_encoder, sentences, "labelling"), bare, rounds)
    grids = torch.randn(64, 32, 32, 5)
    grids[..., 0] += 6  # about as many entities as text has
    grids = grids.log_softmax(-1)
    decoding = min(seconds(lambda: decode_grids(grids, [32] * 64, ["PER", "ORG", "LOC"])) for _ in range(9)) / 64
    print(f"{number} sentences: {pair.ours:.2f} s, bare encoder {pair.theirs:.2f} s")
    print(f"decoding: {decoding * 1e6:.0f} us a sentence of 32 words")
    report("evaluation", pair.share, 1.10, pair.share <= 1.10 and decoding <= 10e-6)


if __name__ == "__main__":
    main()
