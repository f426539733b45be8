# Configuration, checked, and what several stages share.
import json
import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

ROOT = Path(workflow.basedir)
SCRIPTS = ROOT / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from mclner.errors import InputError
from mclner.experiment import Experiment

validate(config, str(ROOT / "workflow" / "schemas" / "config.schema.yaml"), set_default=False)
try:
    EXPERIMENT = Experiment.of(config, ROOT / "config" / "languages.tsv")
except InputError as error:
    raise WorkflowError(str(error)) from None

RESULTS = f"results/{EXPERIMENT.name}"
RUN = f"{RESULTS}/{{variant}}/seed{{seed}}"
CORPORA = f"resources/corpora/{config['corpus']['name']}"
THREADS = config["run"]["training"]["threads"]


wildcard_constraints:
    variant="|".join(EXPERIMENT.variants),
    seed=r"\d+",
    language="|".join(EXPERIMENT.languages),
    recipe=r"[a-z][a-z0-9_]*",


def program(name):
    """The command line of a program under workflow/scripts, from wherever Snakemake was started."""
    return f"python {SCRIPTS / name}.py"


def corpus(language, split):
    return f"{CORPORA}/{language}/{split}.parquet"


def corpora(languages, split):
    return [corpus(language, split) for language in languages]


def megabytes(size):
    """Memory of a job: `size` MB, and as much again with each attempt."""
    return lambda wildcards, attempt: size * attempt
