"""The lines of the SLURM profile that are comments until a cluster needs them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import yaml
from snakemake_executor_plugin_slurm.utils import set_gres_string

from conftest import ROOT

PROFILE = ROOT / "profiles" / "slurm" / "profile.yaml"


def lines_for_gres() -> str:
    """The commented block for clusters that know --gres alone, as it stands without its marks."""
    text = PROFILE.read_text(encoding="utf-8")
    (block,) = re.findall(r"^# set-resources: +# <- on a cluster that gives .*\n(?:#   .*\n)+", text, re.M)
    return re.sub(r"^# ", "", block, flags=re.M)


def asking_for_gpus() -> set[str]:
    """Rules that ask for a GPU."""
    found = set()
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        for rule in re.split(r"^ *rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            if re.search(r"^ +gpu=(?!\")", rule, re.M):
                found.add(rule.partition(":")[0])
    return found


class Resources(dict[str, Any]):
    """Of a job, by key and by attribute as Snakemake has them."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


def test_every_rule_that_wants_a_gpu_can_ask_by_gres_alone() -> None:
    resources: dict[str, dict[str, Any]] = yaml.safe_load(lines_for_gres())["set-resources"]
    assert set(resources) == asking_for_gpus()
    assert len(resources) > 5
    for asked in resources.values():
        job: Any = SimpleNamespace(resources=Resources(asked))
        assert set_gres_string(job) == " --gres=gpu:1"
