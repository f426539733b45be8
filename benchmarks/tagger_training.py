"""Training the tagger, sentences a second: ours against the stock token-classification Trainer. Reach: 1.5 times.

Both train the same encoder (random weights, shape of multilingual-e5-small) for one epoch on sentences with PAN-X's
lengths, 32 a batch. The stock Trainer pads each random batch to its longest; ours makes batches of like lengths.
"""

from __future__ import annotations

import tempfile

import torch
from transformers import (
    BertForTokenClassification,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    set_seed,
)

from made_up import SMALL_ENCODER, make_sentences, make_tokenizer
from mclner.configuration.run_settings import ModelSettings, RunSettings, TrainingSettings
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModelConfig, TaggerModel
from mclner.model.mixed_precision import use_bfloat16
from mclner.model.recogniser import quiet_transformers
from mclner.training.dataset import Example
from mclner.training.trainer import MultiViewTrainer
from measure import in_turn, is_quick, report


def arguments(folder: str) -> TrainingArguments:
    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=1,
        per_device_train_batch_size=32,
        bf16=use_bfloat16("auto"),
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        logging_steps=1000,
        disable_tqdm=True,
        report_to=[],
        remove_unused_columns=False,
        label_names=[],
    )


def main() -> None:
    rounds, number = (1, 320) if is_quick(__doc__) else (5, 1600)
    quiet_transformers()
    torch.set_num_threads(2)
    set_seed(1)
    tokenizer = make_tokenizer()
    encoder = SentenceEncoder(tokenizer, 128, "split")
    rows = [pieces[0] for pieces in encoder.encode(make_sentences(number))]
    settings = RunSettings(
        model=ModelSettings(head="tagger"), training=TrainingSettings(sentences_per_batch=32, token_budget=4096)
    )
    ids = [[0, *row.input_ids, 2] for row in rows]
    stock_rows = [{"input_ids": row, "attention_mask": [1] * len(row), "labels": [0] * len(row)} for row in ids]
    stock_model = BertForTokenClassification(encoder_config(num_labels=7))
    our_model = TaggerModel(EntityModelConfig(encoder=SMALL_ENCODER.to_dict(), settings={"head": "tagger"}))
    examples = [Example(row, (), (), 1.0) for row in rows]

    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            MultiViewTrainer(our_model, arguments(folder), settings, examples, [], encoder).train()

        def stock() -> None:
            collator = DataCollatorForTokenClassification(tokenizer)
            Trainer(stock_model, arguments(folder), collator, stock_rows).train()  # type: ignore[arg-type]

        pair = in_turn(ours, stock, rounds)
    print(f"{number / pair.ours:.0f} sentences a second, stock Trainer {number / pair.theirs:.0f}")
    report("tagger_training", pair.times_faster, 1.5, pair.times_faster >= 1.5)


def encoder_config(**changes: int):  # type: ignore[no-untyped-def]
    """The small encoder's configuration with some values changed."""
    return type(SMALL_ENCODER)(**(SMALL_ENCODER.to_dict() | changes))


if __name__ == "__main__":
    main()
