"""Small models whose output is known beforehand."""

from __future__ import annotations

from pathlib import Path

from mclner.model.entity_model import EntityModelConfig, new_model


def save_person_tagger(encoder: Path, folder: Path) -> Path:
    """A model that calls every word a person, with a score that its sentence decides: enough to see what comes out."""
    import torch
    from transformers import AutoTokenizer

    config = EntityModelConfig(settings={"head": "tagger"}, entity_types=["PER", "LOC"], precision="float32")
    untrained = new_model(encoder, config)
    with torch.no_grad():
        untrained.classifier.bias[1] += 5
    untrained.save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    return folder
