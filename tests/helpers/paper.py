"""The paper's configuration, scaled down by an overlay of sizes alone."""

from __future__ import annotations

import yaml

from conftest import ROOT

EXPERIMENT = yaml.safe_load((ROOT / "config" / "paper.yaml").read_text(encoding="utf-8"))


def sizes(address: str) -> dict[str, object]:
    """Sizes, and where the stand-in is; no key that makes the pipeline another one."""
    addresses = {
        "muse": {"url": f"{address}/muse/en-{{language}}.txt"},
        "word2word": {"url": f"{address}/word2word/en-{{language}}.pkl"},
        "nllb": {"max_words": 20},
    }
    return {
        "seeds": [1],
        "corpus": {"sizes": "sizes.tsv", "max_unlabelled_sentences": 10},
        "lexicon_sources": {name: EXPERIMENT["lexicon_sources"][name] | change for name, change in addresses.items()},
        "run": {"model": {"pair_size": 16}, "training": {"epochs": 1, "precision": "float32", "threads": 1}},
        "bootstrap_resamples": 100,
    }
