"""The paper's configuration, scaled down by an overlay of sizes alone, from the hub's stand-in to the report."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
import yaml

from conftest import ROOT, snakemake, write_overlay
from helpers.paper import EXPERIMENT, sizes
from hub_content import LAYERS, SPLITS, conll_parquet, whole_hub
from hub_standin import Repository, Standin, serve
from mclner.common.files import read_table
from mclner.data.languages import read_languages
from mclner.data.sentences import read_corpus
from mclner.fetch.lockfile import verify_folder
from mclner.views.quality import FAULTS

TARGETS = ["de", "es", "eu", "sw", "th", "zh"]
PAPER = ["config/paper.yaml", "sizes.yaml"]


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """A folder to which all that the paper's configuration needs, in 40 languages, was fetched; the server is gone."""
    folder = tmp_path_factory.mktemp("paper")
    shutil.copytree(ROOT / "config", folder / "config")
    codes = list(read_languages(ROOT / "config" / "languages.tsv"))
    number = {split: part.stop - part.start for split, part in SPLITS.items()}
    rows = [f"{code}\t{number['train']}\t{number['validation']}\t{number['test']}" for code in codes]
    (folder / "sizes.tsv").write_text("\n".join(["language\ttrain\tdev\ttest", *rows, ""]), encoding="utf-8")
    with serve(whole_hub(tiny_encoder, TARGETS)) as hub:
        write_overlay(folder / "sizes.yaml", sizes(hub.address))
        online(folder, hub.address, "fetch")
        online(folder, hub.address, "bundle")
    return folder


def online(folder: Path, address: str, *targets: str, configuration: Sequence[str] = PAPER) -> None:
    """Run Snakemake for `targets` where the stand-in can be reached, and see that it ends well."""
    done = try_online(folder, address, *targets, configuration=configuration)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def try_online(
    folder: Path, address: str, *targets: str, configuration: Sequence[str] = PAPER
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake for `targets` where the stand-in can be reached."""
    variables = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HF_ENDPOINT": address,
        "HF_HOME": str(folder / "cache"),
    }
    command = [
        "snakemake",
        "--snakefile",
        str(ROOT / "Snakefile"),
        "--directory",
        str(folder),
        "--cores",
        "2",
        *targets,
    ]
    command += ["--profile", str(ROOT / "profiles" / "default"), "--configfile", *configuration]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, cwd=folder, timeout=1200)


@pytest.fixture(scope="module")
def offline_run(fetched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another folder, in which the bundle was unpacked and the experiment ran to its report without any network."""
    folder = tmp_path_factory.mktemp("offline")
    shutil.copytree(ROOT / "config", folder / "config")
    for name in ("sizes.yaml", "sizes.tsv"):
        shutil.copy(fetched / name, folder / name)
    unpack = [
        sys.executable,
        str(ROOT / "workflow" / "scripts" / "unpack_bundle.py"),
        str(fetched / "bundles/paper.tar"),
    ]
    subprocess.run([*unpack, "--into", str(folder)], check=True, capture_output=True)
    overlay = yaml.safe_load((folder / "sizes.yaml").read_text(encoding="utf-8"))
    write_overlay(folder / "sizes.yaml", overlay | {"languages": {"targets": TARGETS}})
    snakemake(folder, "--cores", "2", "--resources", "gpu=2", "--configfile", *PAPER)
    return folder


def test_the_dry_run_lists_the_whole_reproduction(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    done = snakemake(tmp_path, "--dry-run", "--configfile", "config/paper.yaml")
    block = (done.stdout + done.stderr).split("Job stats:")[1].split("\n\n")[0]
    jobs = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", block, re.M)}
    assert jobs["fetch_corpus"] == 40
    assert jobs["translated_by_model"] == 39
    assert jobs["train"] == jobs["evaluate"] == 14 * 5


def test_the_sizes_of_panx_are_those_of_forty_languages() -> None:
    rows = read_table(ROOT / "config" / "panx_sizes.tsv", ("language", "train", "dev", "test"))
    assert {row["language"] for row in rows} == set(read_languages(ROOT / "config" / "languages.tsv"))
    totals = {split: sum(int(row[split]) for row in rows) for split in ("train", "dev", "test")}
    assert totals == {"train": 578_300, "dev": 262_300, "test": 262_300}


def test_everything_fetched_is_locked_with_revision_and_checksum(fetched: Path) -> None:
    lock = json.loads((fetched / "config" / "lock.json").read_text(encoding="utf-8"))
    assert sum(name.startswith("corpora/panx/") for name in lock) == 40
    assert sum(name.startswith("lexicons/muse/") for name in lock) == 28
    assert {"encoders/xlm-roberta-base", "encoders/xlm-roberta-large"} <= set(lock)
    for name, record in lock.items():
        assert record == verify_folder(fetched / "resources" / "downloads" / name)
        assert record["files"]
        assert "url" in record["source"] or re.fullmatch("[0-9a-f]{40}", record["source"]["revision"])


def test_fetching_again_does_nothing(fetched: Path) -> None:
    done = snakemake(fetched, "--dry-run", "fetch", "--configfile", *PAPER)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_a_changed_hub_is_an_error_until_the_lock_is_renewed(fetched: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    for name in ("config", "sizes.yaml", "sizes.tsv", "resources"):
        source = fetched / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    hub = whole_hub(tiny_encoder, TARGETS)
    hub.pages["/muse/en-de.txt"] += b"novelty Neuheit\n"
    locked = yaml.safe_load((tmp_path / "sizes.yaml").read_text(encoding="utf-8"))["lexicon_sources"]["muse"]["url"]
    german = "resources/downloads/lexicons/muse/de"
    with serve(hub, urlsplit(locked).port or 0):
        refused = try_online(tmp_path, hub.address, german, "--forcerun", "fetch_lexicon")
        assert refused.returncode == 1
        assert "en-de.txt: has changed upstream" in refused.stdout + refused.stderr
        online(tmp_path, hub.address, "fetch", "--forceall", "--config", "lock=renew")
        online(tmp_path, hub.address, german, "--forcerun", "fetch_lexicon")  # the lock names the new file now
    lock = json.loads((tmp_path / "config" / "lock.json").read_text(encoding="utf-8"))
    assert lock["lexicons/muse/de"] == verify_folder(tmp_path / german)
    assert "Neuheit" in (tmp_path / german / "en-de.txt").read_text(encoding="utf-8")


def test_the_experiment_runs_offline_to_its_tables(offline_run: Path) -> None:
    results = offline_run / "results" / "paper"
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert set(metrics["variant"]) == set(EXPERIMENT["compare"])
    assert len(EXPERIMENT["compare"]) == 14
    assert set(metrics["language"]) == {"en", *TARGETS}
    sources = (results / "tables" / "sources.md").read_text(encoding="utf-8")
    assert "google/xtreme" in sources
    for licence in ("CC BY-NC 4.0", "Apache-2.0", "MIT", "not stated by WikiANN; text of Wikipedia, CC BY-SA"):
        assert licence in sources
    for name in ("lexicons", "translations", "main"):
        assert (results / "tables" / f"{name}.md").stat().st_size > 200


def test_variants_start_from_their_own_encoder(offline_run: Path) -> None:
    results = offline_run / "results" / "paper"
    for variant, encoder in (("full", None), ("full_large", "xlm-roberta-large")):
        run = results / variant / "seed1"
        provenance = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
        assert provenance["settings"]["encoder"] == encoder
        kept = json.loads((run / "model" / "config.json").read_text(encoding="utf-8"))["encoder"]
        assert kept["num_hidden_layers"] == LAYERS[encoder or "xlm-roberta-base"]  # what was loaded, not what was asked


def test_corpora_are_those_of_the_hub(offline_run: Path) -> None:
    corpora = offline_run / "resources" / "corpora" / "panx"
    assert len(read_corpus(corpora / "en" / "train.parquet")) == 12
    assert len(read_corpus(corpora / "sw" / "test.parquet")) == 8
    unlabelled = read_corpus(corpora / "sw" / "unlabelled.parquet")
    assert len(unlabelled) == 10
    assert all(row.tags is None for row in unlabelled)


def test_lexicons_come_from_the_sources_of_each_language_and_in_its_script(offline_run: Path) -> None:
    counts = pd.read_csv(offline_run / "results" / "paper" / "lexicons" / "counts.tsv", sep="\t")
    sources = counts.groupby("language")["source"].apply(set).to_dict()
    assert sources["de"] == {"muse", "cldr", "all"}
    assert sources["eu"] == {"word2word", "nllb", "cldr", "all"}
    assert sources["sw"] == {"nllb", "cldr", "all"}
    thai = (offline_run / "resources" / "lexicons" / "muse" / "en-th.tsv").read_text(encoding="utf-8")
    assert "and\tand" not in thai


def test_every_translated_sentence_is_accounted_for(offline_run: Path) -> None:
    for language in TARGETS:
        path = offline_run / "results" / "paper" / "translated" / "nllb" / f"{language}.tsv"
        (row,) = pd.read_csv(path, sep="\t").to_dict("records")
        turned_away = sum(row[name] for name in ("untranslated", *FAULTS))
        assert row["sentences"] == 12 == row["translated"] + turned_away
        sentences = read_corpus(path.with_suffix(".parquet"))
        assert len(sentences) == row["translated"] == row["labelled"] + row["without_tags"]
        assert sum(sentence.tags is not None for sentence in sentences) == row["labelled"]


def test_translations_carry_the_entities_of_their_source(offline_run: Path) -> None:
    """The stand-in's translator has learnt these sentences by heart, each in one of the languages."""
    folder = offline_run / "results" / "paper" / "translated" / "nllb"
    labelled = {row.id: row for path in folder.glob("*.parquet") for row in read_corpus(path) if row.tags is not None}
    source = {
        row.id: row for row in read_corpus(offline_run / "resources" / "corpora" / "panx" / "en" / "train.parquet")
    }
    assert len(labelled) >= 6
    for identifier, row in labelled.items():
        assert Counter(entity.type for entity in row.entities) == Counter(
            entity.type for entity in source[identifier].entities
        )


def conll_hub() -> Standin:
    """English as a repository that declares its files, Spanish and Dutch as the hub's own conversion to Parquet."""
    english = {f"data/{split}-0.parquet": conll_parquet("en", split) for split in SPLITS}
    declared = "".join(f"  - split: {split}\n    path: data/{split}-*\n" for split in SPLITS)
    readme = f"---\nconfigs:\n- config_name: default\n  data_files:\n{declared}---\n"
    converted = {
        f"{language}/{split}/0000.parquet": conll_parquet(language, split)
        for language in ("es", "nl")
        for split in SPLITS
    }
    return Standin(
        {
            ("dataset", "lhoestq/conll2003"): Repository({"README.md": readme.encode(), **english}),
            ("dataset", "eriktks/conll2002"): Repository(converted),  # the other copy is gone
        }
    )


@pytest.mark.slow
def test_conll_comes_from_the_hub_and_german_from_a_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "data" / "conll" / "de").mkdir(parents=True)
    for split in ("train", "test"):
        text = "-DOCSTART- -X- O O\n\nBonn NN I-NC B-LOC\nliest VB I-VC O\nDuden NN I-NC B-MISC\n\n"
        (tmp_path / "data" / "conll" / "de" / f"{split}.conll").write_text(text, encoding="utf-8")
    rows = [f"{language}\t13\t7\t9" for language in ("en", "es", "nl")]  # an empty sentence in each split
    rows.append("de\t1\t1\t1")
    (tmp_path / "sizes.tsv").write_text("\n".join(["language\ttrain\tdev\ttest", *rows, ""]), encoding="utf-8")
    write_overlay(tmp_path / "sizes.yaml", {"corpus": {"sizes": "sizes.tsv"}})
    wanted = [f"resources/corpora/conll/{language}/test.parquet" for language in ("en", "de", "es", "nl")]
    with serve(conll_hub()) as hub:
        online(tmp_path, hub.address, *wanted, configuration=["config/conll.yaml", "sizes.yaml"])
    corpora = tmp_path / "resources" / "corpora" / "conll"
    assert len(read_corpus(corpora / "nl" / "test.parquet")) == 8
    (german,) = read_corpus(corpora / "de" / "test.parquet")
    assert german.tags == ("B-LOC", "O", "B-MISC")
    types = {entity.type for row in read_corpus(corpora / "en" / "train.parquet") for entity in row.entities}
    assert "MISC" in types
    record = verify_folder(tmp_path / "resources" / "downloads" / "corpora" / "conll" / "es")
    assert record["source"]["repository"] == "eriktks/conll2002"


def test_a_download_of_the_wrong_size_is_an_error_that_names_it(fetched: Path, tmp_path: Path) -> None:
    program = ROOT / "workflow" / "scripts" / "import_corpus.py"
    test = fetched / "resources" / "downloads" / "corpora" / "panx" / "sw" / "test"
    command = [sys.executable, str(program), "--language", "sw", "--test", str(test), "--folder", str(tmp_path)]
    command += ["--entity-types", "PER", "ORG", "LOC", "--expected", '{"test": 1000}']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{test}: holds 8 sentences instead of 1000" in done.stderr
