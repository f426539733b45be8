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
from mclner.own_data import ENDINGS

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
    known = {"cldr": "resources/lexicons/cldr", "demo_words": f"{ROOT}/workflow/demo/words"}
    return known.get(source, f"{config.get('folder', 'data')}/lexicons/{source}")


def lexicon_files():
    """The files to merge; a source of the user's own need not have every language."""
    files = [
        f"{lexicon_folder(source)}/en-{language}.tsv"
        for source in config["lexicons"]
        for language in EXPERIMENT.targets
    ]
    made_by_us = "resources/lexicons/"
    return [file for file in files if file.startswith(made_by_us) or Path(file).exists()]


def own_file(language, split):
    """The file of a split in the user's own folder, whatever its form."""
    stem = f"{config['folder']}/ner/{language}/{split}"
    found = [f"{stem}{ending}" for ending in ENDINGS if Path(f"{stem}{ending}").exists()]
    return found[0] if found else f"{stem}.conll"


def recipes_with(backend):
    """A pattern of the translation recipes with a back end; one that matches nothing where there is none."""
    found = [name for name, recipe in config["translation"].items() if recipe["backend"] == backend]
    return "|".join(found) or "(?!)"


def parallel_folders(wildcards):
    """Folders of aligned text that a recipe names."""
    return [
        f"{config['folder']}/parallel/{source}"
        for source in config["translation"][wildcards.recipe]["sources"]
    ]


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
        if config["translation"][settings["views"]["translated"]]["backend"] == "parallel":
            files["translated_source"] = (
                f"{RESULTS}/translated/{settings['views']['translated']}/{EXPERIMENT.source}.parquet"
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


def own_corpus_settings(limit):
    """Parameters of the rules that read a user's own sentences; `limit` names the key with the most to keep."""
    settings = config["corpus"]
    most = settings.get(limit)
    return dict(
        folder=lambda wildcards, output: Path(output.test).parent,
        most="" if most is None else f"--most {most}",
        seed=settings["seed"],
        token_column=settings.get("token_column", 0),
        tag_column=settings.get("tag_column", -1),
        tag_mapping=json.dumps(settings.get("tag_mapping", {}), sort_keys=True),
        entity_types=config["entity_types"],
    )
