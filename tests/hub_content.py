"""What the stand-in for the hub serves: PAN-X, encoders, a translator and lexicons, in their real forms, small."""

from __future__ import annotations

import io
import json
import pickle
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import NllbTokenizer

from conftest import DEMO, TINY_SHAPE
from hub_standin import Repository, Standin
from mclner.data.languages import read_languages
from mclner.demo.markup import read_markup
from mclner.views.label_markers import mark

ROOT = Path(__file__).resolve().parents[1]
TAGS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
SPLITS = {"train": slice(0, 12), "validation": slice(12, 18), "test": slice(18, 26)}


def panx_parquet(language: str, split: str, prefix: str = "") -> bytes:
    """Sentences of the demo in the form of PAN-X: numbered tags, their names in the file's schema."""
    rows = read_markup(DEMO / "test" / f"{language}.txt")[SPLITS[split]]
    return to_parquet([[prefix + token for token in row.tokens] for row in rows], [row.tags for row in rows], TAGS)


def conll_parquet(language: str, split: str) -> bytes:
    """The same with a fourth type in the first sentence, and an empty sentence at the end, as CoNLL-2002 has."""
    rows = read_markup(DEMO / "test" / f"{language}.txt")[SPLITS[split]]
    tags = [list(row.tags) for row in rows]
    tags[0] = [tag[:2] + "MISC" if tag != "O" else tag for tag in tags[0]]
    return to_parquet([*(row.tokens for row in rows), ()], [*tags, ()], [*TAGS, "B-MISC", "I-MISC"])


def to_parquet(tokens: Sequence[Sequence[str]], tags: Sequence[Sequence[str]], names: Sequence[str]) -> bytes:
    """A Parquet file as the `datasets` library writes it."""
    from datasets import ClassLabel, Dataset, Features, Sequence, Value

    columns = {
        "tokens": [list(row) for row in tokens],
        "ner_tags": [[names.index(tag) for tag in row] for row in tags],
    }
    features = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=list(names)))})
    stream = io.BytesIO()
    Dataset.from_dict(columns, features=features).to_parquet(stream)
    return stream.getvalue()


def panx_repository(languages: Sequence[str], configuration: str) -> Repository:
    """A data set repository with a configuration a language, such as `PAN-X.{language}`, declared in its README."""
    lines, files = ["---", "configs:"], {}
    for language in languages:
        name = configuration.format(language=language)
        lines += [f"- config_name: {name}", "  data_files:"]
        for split in SPLITS:
            lines += [f"  - split: {split}", f"    path: {name}/{split}-*"]
            files[f"{name}/{split}-00000-of-00001.parquet"] = panx_parquet(language, split)
    return Repository({"README.md": "\n".join([*lines, "---", ""]).encode(), **files})


def folder_repository(folder: Path) -> Repository:
    return Repository({path.name: path.read_bytes() for path in folder.iterdir()})


LAYERS = {"xlm-roberta-base": 2, "xlm-roberta-large": 3}  # of the stand-in's, which so differ as the real ones do


def xlm_roberta(tiny_encoder: Path, name: str) -> Repository:
    """An XLM-R with random weights and the tokenizer of `tiny_encoder`."""
    import torch
    from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaModel

    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    config = XLMRobertaConfig(vocab_size=len(tokenizer), **TINY_SHAPE | {"num_hidden_layers": LAYERS[name]})
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        XLMRobertaModel(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder_repository(Path(folder))


def nllb(languages: Sequence[str], taught: Sequence[str], steps: int = 120) -> Repository:
    """A tiny NLLB (M2M-100) that has learnt sentences of the demo by heart; pickled, as the real one is.

    `languages` are those whose codes it knows, `taught` those it can translate into: markers and all.
    """
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    table = read_languages(ROOT / "config" / "languages.tsv")
    pairs = [(table[code].nllb, *pair) for code in taught for pair in marked_pairs(code)]
    tokenizer = nllb_tokenizer([table[code].nllb for code in languages], [text for pair in pairs for text in pair[1:]])
    torch.manual_seed(0)
    config = M2M100Config(
        vocab_size=len(tokenizer),
        d_model=64,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        dropout=0.0,
        attention_dropout=0.0,
        max_position_embeddings=300,
        decoder_start_token_id=2,
        scale_embedding=True,
    )
    model = M2M100ForConditionalGeneration(config)
    inputs = tokenizer([english for _, english, _ in pairs], padding=True, return_tensors="pt")
    rows = [
        [tokenizer.convert_tokens_to_ids(code), *tokenizer(text, add_special_tokens=False)["input_ids"], 2]
        for code, _, text in pairs
    ]
    labels = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=-100)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(steps):
        loss = model(**inputs, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        (folder / "model.safetensors").unlink()
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        return folder_repository(folder)


def marked_pairs(language: str) -> list[tuple[str, str]]:
    """Training sentences of the stand-in's PAN-X in English and a target, entities in brackets on both sides."""
    sides = [read_markup(DEMO / "test" / f"{code}.txt")[SPLITS["train"]] for code in ("en", language)]
    texts = [[mark(row.tokens, row.entities) for row in side] for side in sides]
    return list(zip(*texts, strict=True))


def nllb_tokenizer(codes: Sequence[str], texts: Sequence[str]) -> NllbTokenizer:
    """A tokenizer of NLLB's kind whose pieces are learnt from `texts`."""
    learner = Tokenizer(models.BPE(unk_token="<unk>"))
    learner.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=1500, special_tokens=special, show_progress=False)
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())["model"]
    merges = [tuple(pair) for pair in learnt["merges"]]
    return NllbTokenizer(vocab=learnt["vocab"], merges=merges, extra_special_tokens=list(codes))


def lexicon_pages(languages: Sequence[str]) -> dict[str, bytes]:
    """Lexicons of the demo as files of MUSE and of word2word, by path; Thai with a copied English pair, as MUSE has."""
    pages = {}
    for language in languages:
        text = (DEMO / "words" / f"en-{language}.tsv").read_text(encoding="utf-8")
        copied = "and\tand\n" if language == "th" else ""
        pages[f"/muse/en-{language}.txt"] = (copied + text).replace("\t", " ").encode()
        pairs = [line.split("\t") for line in text.splitlines() if "\t" in line]
        english = {pair[0]: number for number, pair in enumerate(pairs)}
        words = {number: pair[1] for number, pair in enumerate(pairs)}
        translations = {english[pair[0]]: [number] for number, pair in enumerate(pairs)}
        pages[f"/word2word/en-{language}.pkl"] = pickle.dumps((english, words, translations))
    return pages


def whole_hub(tiny_encoder: Path, taught: Sequence[str]) -> Standin:
    """All that config/paper.yaml fetches; the translator can translate into the languages `taught`."""
    languages = list(read_languages(ROOT / "config" / "languages.tsv"))
    return Standin(
        repositories={
            ("dataset", "google/xtreme"): panx_repository(languages, "PAN-X.{language}"),
            **{("model", f"FacebookAI/{name}"): xlm_roberta(tiny_encoder, name) for name in LAYERS},
            ("model", "facebook/nllb-200-distilled-600M"): nllb(languages, taught),
        },
        pages=lexicon_pages([language for language in languages if language != "en"]),
    )
