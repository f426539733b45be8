"""The relation head against the encoder below it and against W2NER's head: forward and backward, B = 8, H = 768.

In float32, on one thread. Reach: at most 5 % of the encoder's time and 15 % of its memory (what autograd keeps, weights
left out), and 25 times W2NER's speed. The ratio printed is the larger of the two shares of time.
"""

from __future__ import annotations

import torch
from transformers import XLMRobertaConfig

from mclner.model.entity_model import EntityModelConfig, RelationModel
from mclner.training.losses import label_loss
from measure import in_turn, is_quick, report, saved_bytes
from w2ner_head import W2NERHead


def main() -> None:
    rounds = {64: 2, 128: 1} if is_quick(__doc__) else {64: 7, 128: 7}
    torch.set_num_threads(1)
    torch.manual_seed(1)
    encoder = XLMRobertaConfig(vocab_size=1000, max_position_embeddings=514)
    model, w2ner = RelationModel(EntityModelConfig(encoder=encoder.to_dict())), W2NERHead(768, labels=5)
    shares, kept, speeds = [], [], []
    for length in (64, 128):
        ids = torch.randint(5, 1000, (8, length))
        words = torch.randn(8, length, 768, requires_grad=True)
        labels = torch.randint(0, 5, (8, length, length))
        weights, number = torch.ones(labels.shape), torch.tensor(8.0 * length)

        def head_loss(words=words, labels=labels, weights=weights, number=number):  # type: ignore[no-untyped-def]
            return label_loss(model.score(words), labels, weights, number)

        def w2ner_loss(words=words, labels=labels, weights=weights, number=number):  # type: ignore[no-untyped-def]
            return label_loss(w2ner(words), labels, weights, number)

        def encoder_loss(ids=ids):  # type: ignore[no-untyped-def]
            return model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))[0].square().mean()

        beside_encoder = in_turn(lambda: head_loss().backward(), lambda: encoder_loss().backward(), rounds[length])
        beside_w2ner = in_turn(lambda: head_loss().backward(), lambda: w2ner_loss().backward(), rounds[length])
        memory = saved_bytes(head_loss, model) / saved_bytes(encoder_loss, model)
        shares.append(beside_encoder.share)
        kept.append(memory)
        speeds.append(beside_w2ner.times_faster)
        print(
            f"{length} words: head {beside_encoder.ours:.3f} s, encoder {beside_encoder.theirs:.2f} s, "
            f"share {shares[-1]:.1%}; memory kept {memory:.1%}; "
            f"W2NER's head {beside_w2ner.theirs:.2f} s, {speeds[-1]:.0f} times ours",
            flush=True,
        )
    report("relation_head", max(shares), 0.05, max(shares) <= 0.05 and max(kept) <= 0.15 and min(speeds) >= 25)


if __name__ == "__main__":
    main()
