"""An experiment as a Workflow Run RO-Crate: what was run, on what, with which result, for programs of others.

The profile is Workflow Run Crate 0.5 on RO-Crate 1.1: the run of the workflow as a whole, and one action for each
training, of which provenance.json tells settings, inputs and machine. Provenance Run Crate would describe each job of
Snakemake; of the others no provenance is kept. https://w3id.org/ro/wfrun/workflow/0.5
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings
from mclner.report.card_sources import Material, materials_of

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
COMPLETED = "http://schema.org/CompletedActionStatus"
RUN_TERMS = "https://w3id.org/ro/terms/workflow-run/context"  # among them sha256
FORMATS = {
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".tex": "text/x-tex",
    ".tsv": "text/tab-separated-values",
}
PACKAGES = {
    "python": ("Python", "https://www.python.org/"),
    "torch": ("PyTorch", "https://pytorch.org/"),
    "transformers": ("Transformers", "https://huggingface.co/docs/transformers"),
}


@dataclass(frozen=True, slots=True)
class Training:
    """One run: its variant and seed, its provenance, when it ended, and the seconds its last start took."""

    variant: str
    seed: int
    provenance: Mapping[str, Any]
    ended: datetime
    seconds: float

    @property
    def folder(self) -> str:
        return f"{self.variant}/seed{self.seed}"

    @property
    def begun(self) -> datetime:
        return self.ended - timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Experiment:
    """What the crate is of. All paths are relative to the crate's folder, that of the results.

    `files` are the results besides those of the trainings; `code` has the SHA-256 of the copied programs, by path under
    workflow/scripts; `results` is the crate's folder as the inputs of the trainings call it.
    """

    name: str
    results: str
    configuration: Mapping[str, Any]
    snakemake: str
    files: Sequence[str]
    trainings: Sequence[Training]
    code: Mapping[str, str]

    @property
    def ended(self) -> datetime:
        return max(training.ended for training in self.trainings)

    @property
    def begun(self) -> datetime:
        return min(training.begun for training in self.trainings)

    @property
    def code_version(self) -> str:
        """A checksum of all programs and modules: nothing of the workflow has a number yet."""
        listed = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(self.code.items()))
        return f"sha256:{hashlib.sha256(listed.encode()).hexdigest()[:16]}"

    def changed_code(self, training: Training) -> list[str]:
        """Programs and modules of a training that are no longer as they were when it ran."""
        return sorted(name for name, sha256 in training.provenance["code"].items() if self.code.get(name) != sha256)


class RunCrate:
    """Builds the metadata of the crate."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_contexts.append(RUN_TERMS)

    def metadata(self) -> dict[str, Any]:
        """What ro-crate-metadata.json holds."""
        self._describe_root()
        workflow = self._workflow()
        program = self._file("workflow/scripts/train.py", "Program that trains one run", ("File", "SoftwareSourceCode"))
        program["version"] = self.experiment.code_version
        program["softwareRequirements"] = self._packages()
        actions = [self._training(training, program) for training in self.experiment.trainings]
        self.crate.root_dataset["mentions"] = [self._whole_run(workflow, actions), *actions]
        return dict(self.crate.metadata.generate())

    def _describe_root(self) -> None:
        root, name = self.crate.root_dataset, self.experiment.name
        root["name"] = f"Cross-lingual named entity recognition: the experiment {name}"
        root["description"] = (
            f"Models, predictions, scores, figures and tables of {name}, and the workflow that made them."
        )
        root["datePublished"] = self.experiment.ended.isoformat()
        root["conformsTo"] = [
            self._entity(address, "CreativeWork", name=title, version=version)
            for address, (title, version) in PROFILES.items()
        ]
        root["license"] = self._entity(
            "#licence",
            "CreativeWork",
            name="Not stated for the results",
            description="The workflow is MIT-licensed. Whoever hands on the results states a licence for them, which "
            "heeds those of what they derive from (isBasedOn).",
        )
        root["isBasedOn"] = [
            self._entity(
                f"#{material.role}-{material.name}",
                "CreativeWork",
                name=material.name,
                description=f"{material.role}; licence: {material.licence}",
                **({"url": f"https://huggingface.co/{material.repository}"} if material.repository else {}),
            )
            for material in materials_used(self.experiment)
        ]

    def _workflow(self) -> Any:
        workflow = self.crate.add_workflow(
            dest_path="workflow/Snakefile", main=True, lang="snakemake", lang_version=self.experiment.snakemake
        )
        workflow["version"] = self.experiment.code_version
        workflow["encodingFormat"] = "text/plain"
        workflow["name"] = "mclner, a re-implementation of mCL-NER from its abstract"
        workflow["license"] = self._entity("https://spdx.org/licenses/MIT", "CreativeWork", name="MIT License")
        folder = self._folder("workflow", "Rules, programs and library of the workflow, as they were for this crate")
        folder["hasPart"] = workflow
        return workflow

    def _packages(self) -> list[Any]:
        """Python and libraries of the trainings, each version once."""
        found = {(key, str(run.provenance[key])) for run in self.experiment.trainings for key in PACKAGES}
        return [
            self._entity(
                f"#{key}-{version}",
                "SoftwareApplication",
                name=PACKAGES[key][0],
                url=PACKAGES[key][1],
                softwareVersion=version,
            )
            for key, version in sorted(found)
        ]

    def _training(self, training: Training, program: Any) -> Any:
        """The action of one run."""
        folder = training.folder
        model = self._folder(f"{folder}/model", f"Model {training.variant}, seed {training.seed}")
        history = self._file(f"{folder}/history.tsv", "Losses and development scores")
        provenance = self._file(f"{folder}/provenance.json", "Settings, inputs, code and machine of the training")
        action = self._entity(
            f"#train-{training.variant}-seed{training.seed}",
            "CreateAction",
            name=f"Training of {training.variant} with seed {training.seed}",
            description=self._circumstances(training),
            startTime=training.begun.isoformat(),
            endTime=training.ended.isoformat(),
            actionStatus=COMPLETED,
        )
        action["instrument"] = program
        action["object"] = [self._input(path, sha256) for path, sha256 in sorted(training.provenance["inputs"].items())]
        action["result"] = [model, history, provenance]
        return action

    def _circumstances(self, training: Training) -> str:
        made, changed = training.provenance, self.experiment.changed_code(training)
        code = f"{len(changed)} of its code files changed after it: {', '.join(changed)}." if changed else ""
        return (
            f"On {made['device']}: {made['processes']} process(es), {made['threads']} thread(s), Python "
            f"{made['python']}, torch {made['torch']}, transformers {made['transformers']}. Settings: see its "
            f"provenance.json. {code}"
        ).strip()

    def _whole_run(self, workflow: Any, trainings: Sequence[Any]) -> Any:
        """The action of the workflow: from configuration and what came from elsewhere to all results."""
        experiment = self.experiment
        configuration = self._file("configuration.json", "The whole configuration of the experiment, defaults included")
        given = {entity.id: entity for action in trainings for entity in action["object"] if is_from_elsewhere(entity)}
        made = {entity.id: entity for action in trainings for entity in action["result"]}
        for path in experiment.files:
            entity = self._folder(path, path) if not Path(path).suffix else self._file(path, path)
            made[entity.id] = entity
        action = self._entity(
            f"#experiment-{experiment.name}",
            "CreateAction",
            name=f"Run of the experiment {experiment.name}",
            description="From the first training to the last, by the times of their files; what was made before and "
            "after them has no times here.",
            startTime=experiment.begun.isoformat(),
            endTime=experiment.ended.isoformat(),
            actionStatus=COMPLETED,
        )
        action["instrument"] = workflow
        action["object"] = [configuration, *(given[key] for key in sorted(given))]
        action["result"] = [made[key] for key in sorted(made)]
        return action

    def _input(self, path: str, sha256: str) -> Any:
        """What a training read: a file of the crate, or something from elsewhere that its checksum names."""
        inside = Path(path).is_relative_to(self.experiment.results)
        if inside:
            entity = self._file(Path(path).relative_to(self.experiment.results).as_posix(), "Input of trainings")
            entity["sha256"] = sha256
            return entity
        return self._entity(f"#input-{sha256[:16]}", "CreativeWork", name=path, sha256=sha256)

    def _file(self, path: str, name: str, types: Iterable[str] = ("File",)) -> Any:
        known = self.crate.get(path)
        if known is not None:
            return known
        properties = {"@type": list(types) if types != ("File",) else "File", "name": name}
        if encoding := FORMATS.get(Path(path).suffix):
            properties["encodingFormat"] = encoding
        return self.crate.add_file(dest_path=path, properties=properties)

    def _folder(self, path: str, name: str) -> Any:
        return self.crate.get(f"{path}/") or self.crate.add_dataset(dest_path=path, properties={"name": name})

    def _entity(self, identifier: str, kind: str, **properties: Any) -> Any:
        """A contextual entity, the same one where it is known already."""
        known = self.crate.get(identifier)
        if known is not None:
            return known
        return self.crate.add(ContextEntity(self.crate, identifier, properties={"@type": kind, **properties}))


def is_from_elsewhere(entity: Any) -> bool:
    return str(entity.id).startswith("#input-")


def materials_used(experiment: Experiment) -> list[Material]:
    """Encoders, corpus, lexicons and translators of the trainings, each once."""
    configuration = experiment.configuration
    encoders = [configuration["encoder"], *configuration["more_encoders"]]
    found: dict[Material, None] = {}
    for training in experiment.trainings:
        settings = from_mapping(RunSettings, training.provenance["settings"])
        (encoder,) = [one for one in encoders if one["name"] == (settings.encoder or configuration["encoder"]["name"])]
        found |= dict.fromkeys(materials_of({**configuration, "encoder": encoder}, settings))
    return list(found)
