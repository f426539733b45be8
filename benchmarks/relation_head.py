"""The relation head against the encoder below it: forward and backward, B = 8, H = 768, one thread.

W2NER's head, measured elsewhere at the same shapes on one thread: 3.22 s and 770 MB for 64 words, 13.2 s and 2,937 MB
for 128. Reach: at most 5 % of the encoder's time and 15 % of its memory, and 25 times W2NER's speed. The ratio printed
is the larger of the two shares of time.
"""

from __future__ import annotations

import torch
from mclner.model import EntityModelConfig, RelationModel
from mclner.objectives import label_loss
from measure import in_turn, is_quick, report, saved_bytes
from transformers import XLMRobertaConfig

W2NER_SECONDS = {64: 3.22, 128: 13.2}


def main() -> None:
    rounds = 2 if is_quick(__doc__) else 7
    torch.set_num_threads(1)
    torch.manual_seed(1)
    encoder = XLMRobertaConfig(vocab_size=1000, max_position_embeddings=514)
    model = RelationModel(EntityModelConfig(encoder=encoder.to_dict()))
    shares, kept, speeds = [], [], []
    for length in (64, 128):
        ids = torch.randint(5, 1000, (8, length))
        mask = torch.ones_like(ids)
        words = torch.randn(8, length, 768, requires_grad=True)
        labels = torch.randint(0, 5, (8, length, length))
        weights = torch.ones(labels.shape)
        number = torch.tensor(8.0 * length)

        def head_loss(words=words, labels=labels, weights=weights, number=number):  # type: ignore[no-untyped-def]
            return label_loss(model.score(words), labels, weights, number)

        def encoder_loss(ids=ids, mask=mask):  # type: ignore[no-untyped-def]
            return model.encoder(input_ids=ids, attention_mask=mask)[0].square().mean()

        pair = in_turn(lambda: head_loss().backward(), lambda: encoder_loss().backward(), rounds)
        memory = saved_bytes(head_loss) / saved_bytes(encoder_loss)
        shares.append(pair.share)
        kept.append(memory)
        speeds.append(W2NER_SECONDS[length] / pair.ours)
        print(
            f"{length} words: head {pair.ours:.3f} s, encoder {pair.theirs:.2f} s, share {pair.share:.1%}; "
            f"memory kept {memory:.1%}; {speeds[-1]:.0f} times W2NER's speed"
        )
    report("relation_head", max(shares), 0.05, max(shares) <= 0.05 and max(kept) <= 0.15 and min(speeds) >= 25)


if __name__ == "__main__":
    main()
