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


def lexicon_folder(source):
    """Where the files of a lexicon source lie."""
    return {"cldr": "resources/lexicons/cldr", "demo_words": f"{ROOT}/workflow/demo/words"}[source]


def teacher_model(wildcards):
    """Model folder of the variant that labels text for a self-training recipe."""
    teacher = config["self_training"][wildcards.recipe]["teacher"]
    return f"{RESULTS}/{teacher}/seed{wildcards.seed}/model"


def training_inputs(wildcards):
    """The files that a variant learns from besides the source sentences, by option of train.py."""
    settings = EXPERIMENT.run_settings(wildcards.variant)
    files = {}
    if settings["views"]["codeswitched"]:
        files["codeswitched"] = (
            f"{RESULTS}/codeswitched/{settings['views']['codeswitched']}/seed{wildcards.seed}.parquet"
        )
    if settings["views"]["translated"]:
        files["translated"] = expand(
            f"{RESULTS}/translated/{settings['views']['translated']}/{{language}}.parquet",
            language=EXPERIMENT.targets,
        )
    if settings["self_training"]:
        recipe = settings["self_training"]
        files["pseudo_labels"] = f"{RESULTS}/pseudo_labels/{recipe}/seed{wildcards.seed}.parquet"
        if settings["training"]["start"] == "teacher":
            teacher = config["self_training"][recipe]["teacher"]
            files["teacher"] = f"{RESULTS}/{teacher}/seed{wildcards.seed}/model"
    return files


def training_options(wildcards, input):
    """The same files as options on the command line."""
    return " ".join(
        f"--{name.replace('_', '-')} {input[name]}" for name in sorted(training_inputs(wildcards))
    )


def show_summary():
    """Say where the results lie and show the main table, when an experiment is complete."""
    table = Path(RESULTS) / "tables" / "main.md"
    if not table.exists():
        return
    print(
        f"\n{table.read_text(encoding='utf-8')}\nResults, figures and tables lie in {RESULTS}/; a report to hand on:"
    )
    print(f"  snakemake --report {RESULTS}/report.zip\n", flush=True)
