"""The relation head's cost against sentence length, from 16 words to the window's 126, both ways, beside XLM-R-base's.

The ratio printed is the largest share of the encoder's time; reach 0.10. The head's time may grow with the square of
the length at most, which is checked on the longest step, where the constant part no longer counts.
"""

from __future__ import annotations

import math

import torch
from transformers import XLMRobertaConfig

from mclner.model.entity_model import EntityModelConfig, RelationModel
from mclner.model.mixed_precision import autocast
from mclner.training.losses import label_loss
from measure import in_turn, is_quick, report

LENGTHS = (16, 32, 63, 126)  # 126 words at least fill the window of 128 subwords


def main() -> None:
    rounds, rows = (1, 8) if is_quick(__doc__) else (7, 8)
    torch.set_num_threads(2)
    torch.manual_seed(1)
    encoder = XLMRobertaConfig(vocab_size=1000, max_position_embeddings=514)
    model = RelationModel(EntityModelConfig(encoder=encoder.to_dict()))
    shares, heads = [], []
    for length in LENGTHS:
        ids = torch.randint(5, 1000, (rows, length))
        words = torch.randn(rows, length, 768, requires_grad=True)
        labels = torch.randint(0, 5, (rows, length, length))
        weights = torch.ones(labels.shape)

        def head(words=words, labels=labels, weights=weights, number=rows * length) -> None:  # type: ignore[no-untyped-def]
            with autocast(model.device, "auto"):
                logits = model.score(words)
            label_loss(logits, labels, weights, torch.tensor(float(number))).backward()

        def bare(ids=ids) -> None:  # type: ignore[no-untyped-def]
            with autocast(model.device, "auto"):
                hidden = model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))[0]
            hidden.float().square().mean().backward()

        pair = in_turn(head, bare, rounds if length > 64 else 3 * rounds)
        shares.append(pair.share)
        heads.append(pair.ours)
        print(
            f"{length:3d} words: head {pair.ours * 1e3:6.1f} ms, encoder {pair.theirs * 1e3:6.0f} ms, {pair.share:.1%}"
        )
    exponent = math.log2(heads[-1] / heads[-2])
    print(f"from {LENGTHS[-2]} to {LENGTHS[-1]} words the head's time grows with length to the power {exponent:.2f}")
    report("length", max(shares), 0.10, max(shares) <= 0.10 and exponent <= 2.0)


if __name__ == "__main__":
    main()
