"""A user's own folder: its forms, tag schemes and mapping, and an experiment on it."""

from __future__ import annotations

import json
import re
import shutil
import tracemalloc
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from conftest import DEMO, ROOT, corpora_learnt_from, small_settings, snakemake, write_overlay
from helpers.imported import bring
from hub_content import SPLITS, panx_parquet
from import_parallel import number_sources, read_rows
from mclner.common.exceptions import InputError
from mclner.configuration.experiment import Experiment, completed, merge, resolve_variant, with_found
from mclner.data.corpus_parts import mapped_tags, sample, with_tags, without_prefix
from mclner.data.sentence_store import Survey
from mclner.data.sentences import read_corpus
from mclner.demo.markup import read_markup
from mclner.lexicons.lexicon import read_pairs
from mclner.reading.readers import ReadingOptions, read_own
from write_input_table import main as write_input_table

SHARED = ROOT.parent / "shared" / "data"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "tags",
    [
        ["I-PER", "I-PER", "O", "I-LOC"],
        ["B-PER", "I-PER", "O", "B-LOC"],
        ["B-PER", "E-PER", "O", "S-LOC"],
        ["B-PER", "L-PER", "O", "U-LOC"],
    ],
)
def test_iob1_iob2_bioes_and_bilou_are_read(tmp_path: Path, tags: list[str]) -> None:
    rows = zip(["Marie", "Curie", "left", "Warsaw"], tags, strict=True)
    path = write(tmp_path / "a.conll", "\n".join(f"{token} NN {tag}" for token, tag in rows) + "\n")
    assert read_own(path, "en", Counter())[0].tags == ("B-PER", "I-PER", "O", "B-LOC")


def test_token_and_tag_may_stand_in_any_column(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "1\tBonn\tB-LOC\tx\n2\tist\tO\tx\n")
    (sentence,) = read_own(path, "de", Counter(), options=ReadingOptions(token_column=1, tag_column=2))
    assert sentence.tokens == ("Bonn", "ist")
    assert sentence.tags == ("B-LOC", "O")


def test_parquet_and_json_lines_are_read_alike(tmp_path: Path) -> None:
    record = {"tokens": ["Bonn", "ist"], "tags": ["S-LOC", "O"]}
    lines = write(tmp_path / "a.jsonl", json.dumps(record) + "\n")
    pq.write_table(pa.Table.from_pylist([record]), tmp_path / "a.parquet")
    for path in (lines, tmp_path / "a.parquet"):
        assert read_own(path, "de", Counter())[0].tags == ("B-LOC", "O")


@pytest.mark.parametrize(
    "line", ['{"tokens": ["a"]}', '{"tokens": ["a"], "tags": ["X"]}', '{"tokens": [5], "tags": ["O"]}', "[1]", "{"]
)
def test_a_broken_json_line_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "a.jsonl", '{"tokens": ["a"], "tags": ["O"]}\n' + line + "\n")
    with pytest.raises(InputError, match=r"a\.jsonl:2"):
        read_own(path, "en", Counter())


@pytest.mark.parametrize("odd", ["\u2028", "\x85"])
def test_a_line_break_of_unicode_inside_a_string_of_json_ends_no_line(tmp_path: Path, odd: str) -> None:
    lines = json.dumps({"tokens": [f"10{odd}000", "Euro"], "tags": ["O", "O"]}, ensure_ascii=False) + "\n"
    (sentence,) = read_own(write(tmp_path / "a.jsonl", lines), "de", Counter())
    assert sentence.tokens == ("10000", "Euro")


def test_an_empty_file_of_json_lines_holds_no_sentences(tmp_path: Path) -> None:
    assert read_own(write(tmp_path / "a.jsonl", ""), "de", Counter()) == []


def test_types_are_mapped_dropped_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "Anna\tB-PERSON\nwon\tO\nNobel\tB-MISC\n")
    sentences = read_own(path, "en", Counter())
    types = Counter(("PERSON", "MISC"))
    mapped = with_tags(sentences[0], mapped_tags(types, {"PERSON": "PER", "MISC": None}, ["PER"], path))
    assert mapped.tags == ("B-PER", "O", "O")
    with pytest.raises(InputError, match=r"MISC \(1 tags\).*corpus: {tag_mapping: {MISC: null}}"):
        mapped_tags(types, {"PERSON": "PER"}, ["PER"], path)


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "".join(f"w{number}\tO\n\n" for number in range(50)))
    sentences = read_own(path, "en", Counter())
    drawn = sample(sentences, 10, seed=1)
    assert drawn == sample(sentences, 10, seed=1)
    assert drawn != sample(sentences, 10, seed=2)
    assert [sentences.index(sentence) for sentence in drawn] == sorted(sentences.index(s) for s in drawn)


ENGLISH = "Marie\tB-PER\nCurie\tI-PER\nleft\tO\nWarsaw\tB-LOC\n\nToyota\tB-ORG\nbuilt\tO\ncars\tO\n\n" * 12
GERMAN = "Marie\tB-PER\nCurie\tI-PER\nverließ\tO\nWarschau\tB-LOC\n\n" * 8


def run_small_experiment(folder: Path, data: Path, encoder: Path, **more: object) -> tuple[str, ...]:
    """Run config/folder.yaml at small sizes on `data`, with `more` settings; the options that name it."""
    shutil.copytree(ROOT / "config", folder / "config")
    small = small_settings(encoder)
    settings = {key: small[key] for key in ("encoder", "self_training", "run", "compare", "bootstrap_resamples")}
    overlay = write_overlay(folder / "small.yaml", settings | {"seeds": [1]} | more)
    files = ("--configfile", "config/folder.yaml", str(overlay), "--config", f"folder={data}")
    snakemake(folder, "--cores", "2", "--resources", "gpu=2", *files)
    return files


@pytest.mark.slow
def test_an_experiment_on_a_folder_of_ones_own_runs_through(tmp_path: Path, tiny_encoder: Path) -> None:
    data = tmp_path / "mine"
    for split in ("train", "dev", "test"):
        write(data / "ner" / "en" / f"{split}.conll", ENGLISH)
    write(data / "ner" / "de" / "test.conll", GERMAN)
    write(data / "ner" / "de" / "train.conll", GERMAN.replace("Warschau", "Paris"))
    write(data / "lexicons" / "muse" / "en-de.tsv", "left verließ\nwarsaw warschau\ncars autos\n")
    pairs = "".join(f"The sun is {n} years old.\tDie Sonne ist {n} Jahre alt.\n" for n in range(20))
    write(data / "parallel" / "ntrex" / "en-de.tsv", pairs)
    files = run_small_experiment(tmp_path, data, tiny_encoder)
    metrics = pd.read_csv(tmp_path / "results" / "folder" / "metrics.tsv", sep="\t")
    corpora = (tmp_path / "results" / "folder" / "tables" / "corpora.md").read_text(encoding="utf-8")
    assert corpora.count("token_column 0, tag_column 1 (prefix") == 5
    assert corpora.count("| unlabelled |") == 1
    assert set(metrics["language"]) == {"en", "de"}
    assert set(metrics["variant"]) == {"tagger", "full", "no_self_training"}
    source = read_corpus(tmp_path / "results" / "folder" / "translated" / "aligned" / "en.parquet")
    target = read_corpus(tmp_path / "results" / "folder" / "translated" / "aligned" / "de.parquet")
    assert [row.id for row in source] == [row.id for row in target]
    assert source[0].tags is None
    held_out = read_corpus(tmp_path / "results" / "folder" / "translated" / "aligned" / "held_out" / "de.parquet")
    assert len(held_out) == 10  # at most half of 20
    assert not {row.tokens for row in held_out} & {row.tokens for row in target}
    scores = pd.read_csv(tmp_path / "results" / "folder" / "alignment.tsv", sep="\t")
    assert set(scores.loc[scores["measure"] == "sentences_to_source", "vectors"]) == {10}
    planned = snakemake(tmp_path, "--dry-run", "--forceall", "--printshellcmds", *files).stdout
    learnt, tagless = frozenset({"en/train", "en/dev"}), frozenset({"de/unlabelled"})
    assert corpora_learnt_from(planned) == {("train", learnt): 3, ("pseudolabel", tagless): 1}
    unlabelled = read_corpus(tmp_path / "resources" / "corpora" / "folder" / "de" / "unlabelled.parquet")
    assert unlabelled
    assert all(row.tags is None for row in unlabelled)
    aligned = data / "parallel" / "ntrex" / "en-de.tsv"
    assert "parallel_text" not in snakemake(tmp_path, "--dry-run", *files).stdout
    aligned.write_text(pairs.replace("Jahre alt", "Jahre"), encoding="utf-8")
    assert "parallel_text" in snakemake(tmp_path, "--dry-run", *files).stdout  # noticed inside its folder
    without = write_overlay(
        tmp_path / "without.yaml", {"variants": {"full": {"views": {"translated": "word_by_word"}}}}
    )
    planned = snakemake(tmp_path, "--dry-run", *files[:-2], str(without), *files[-2:]).stdout
    assert "pair_projection" in planned
    assert "sentence_projection" not in planned  # no aligned text is left to draw
    history = pd.read_csv(tmp_path / "results" / "folder" / "full" / "seed1" / "history.tsv", sep="\t")
    assert (history.loc[history["name"] == "semantic_contrast_loss", "value"] > 0).any()


@pytest.mark.slow
def test_a_folder_of_labelled_english_and_a_test_alone_will_do(tmp_path: Path, tiny_encoder: Path) -> None:
    """No lexicon, no aligned text, no unlabelled text for one language; the other has no row in languages.tsv.

    And a fourth entity type, whose relations follow from its name.
    """
    data, types = tmp_path / "mine", ["PER", "ORG", "LOC", "CAR"]
    for split in ("train", "dev", "test"):
        write(data / "ner" / "en" / f"{split}.conll", ENGLISH.replace("cars\tO", "Corollas\tB-CAR"))
    for language in ("de", "da"):
        write(data / "ner" / language / "test.conll", GERMAN)
    write(data / "ner" / "da" / "train.conll", "Anna\nbor\ni\nAarhus\n\n" * 8)  # unlabelled, so one column
    run_small_experiment(tmp_path, data, tiny_encoder, entity_types=types, compare=["tagger", "full"])
    results = tmp_path / "results" / "folder"
    for variant in ("tagger", "full"):
        model = json.loads((results / variant / "seed1" / "model" / "config.json").read_text(encoding="utf-8"))
        assert model["entity_types"] == types
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert set(metrics.query("language == 'en'")["entities"]) == {48}  # one of each type in every two sentences
    assert "Danish (da)" in (results / "tables" / "main.md").read_text(encoding="utf-8")
    assert not (results / "figures" / "sentence_projection.png").exists()
    unlabelled = tmp_path / "resources" / "corpora" / "folder"
    assert read_corpus(unlabelled / "de" / "unlabelled.parquet") == []
    assert {row.tokens[0] for row in read_corpus(unlabelled / "da" / "unlabelled.parquet")} == {"Anna"}


def test_lexicons_and_aligned_text_of_any_name_are_found(tmp_path: Path) -> None:
    for name in ("panlex", "muse", ".hidden", "wiki-2024"):
        (tmp_path / name).mkdir()
    assert with_found(["muse", "wikidict", "found", "cldr"], tmp_path) == [
        "muse", "wikidict", "panlex", "wiki-2024", "cldr",
    ]  # fmt: skip
    assert with_found(["found"], tmp_path / "nowhere") == []


def test_attributions_behind_aligned_sentences_are_left_out_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "en-de.tsv", "Go.\tGeh.\tCC-BY 2.0\nStop.\tHalt.\n")
    assert read_rows(path) == [("Go.", "Geh."), ("Stop.", "Halt.")]
    assert "1 rows have more than two columns" in caplog.text


def test_aligned_text_of_different_sources_gives_every_language_its_share() -> None:
    shared, german, swahili = ("a", "x"), [(f"de{n}", "x") for n in range(4)], [(f"sw{n}", "x") for n in range(4)]
    numbers = number_sources([[*german, shared], [*swahili, shared]])
    assert numbers["a"] == 1  # in both
    assert {english for english, number in numbers.items() if number <= 5} == {"a", "de0", "de1", "sw0", "sw1"}
    same = [("one", "x"), ("two", "x")]
    assert number_sources([same, same]) == {"one": 1, "two": 2}


def test_a_test_without_entities_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "test.conll", "Anna\tB-PERSON\nbor\tO\n")
    with pytest.raises(InputError, match=r"holds no entity of the types PER.*tag_mapping"):
        bring(tmp_path / "da", "da", test=path, tag_mapping=json.dumps({"PERSON": None}))


def test_nothing_is_learnt_from_a_sentence_that_is_scored(tmp_path: Path) -> None:
    test = write(tmp_path / "test.conll", "Anna\tB-PER\nbor\tO\n\nBo\tB-PER\nbor\tO\n")
    text = write(tmp_path / "train.conll", "Bo\nbor\n\nBo\nbor\nher\n\nHer\nbor\nAnna\n")
    bring(tmp_path / "da", "da", test=test, unlabelled=[text], expected='{"train": 3}', most=2)
    kept = [" ".join(row.tokens) for row in read_corpus(tmp_path / "da" / "unlabelled.parquet")]
    assert kept == ["Bo bor her", "Her bor Anna"]


@pytest.mark.parametrize(
    "text",
    [
        "#\thttp://example.org\t[2009]\n1\tDie\tO\tO\n2\tFirma\tB-ORG\tO\n\n#\tx\ty\n1\tBonn\tB-LOC\tO\n2\tist\tO\tO\n",
        "## sep : tab\n## doc-1\tOslo is\nOslo\tB-LOC\nis\tO\n\n## doc-2\tBonn\nBonn\tB-LOC\n.\tO\n",
        "# a b c\nOslo B-LOC\nis O\n# d\n\n# e f\nBonn B-LOC\n. O\n",
    ],
)
def test_the_same_file_as_test_and_as_unlabelled_text_leaves_nothing_to_learn_from(tmp_path: Path, text: str) -> None:
    test = write(tmp_path / "test.conll", text)
    bring(tmp_path / "de", "de", test=test, unlabelled=[test])
    assert read_corpus(tmp_path / "de" / "unlabelled.parquet") == []


def test_unlabelled_text_needs_no_tags(tmp_path: Path) -> None:
    lines = write(tmp_path / "a.jsonl", '{"tokens": ["Bonn", "ist"]}\n')
    pq.write_table(pa.Table.from_pylist([{"tokens": ["Bonn", "ist"], "tags": [7, 0]}]), tmp_path / "a.parquet")
    plain = write(tmp_path / "a.conll", "Bonn\nist\tkein Tag\n")
    for path in (lines, tmp_path / "a.parquet", plain):
        (sentence,) = read_own(path, "de", Counter(), labelled=False)
        assert (sentence.tokens, sentence.tags) == (("Bonn", "ist"), None)


def test_parquet_of_the_hub_is_read_with_numbered_tags_and_prefixed_tokens(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "0.parquet").write_bytes(panx_parquet("de", "train", prefix="de:"))
    survey = Survey("de:")
    raw = list(survey.of(read_own(tmp_path / "train", "de", Counter())))
    assert survey.prefixed
    sentences = [without_prefix(row, "de:") for row in raw]
    expected = read_markup(DEMO / "test" / "de.txt")[SPLITS["train"]]
    assert [row.tokens for row in sentences] == [row.tokens for row in expected]
    assert [row.tags for row in sentences] == [row.tags for row in expected]


def test_numbered_tags_without_names_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([{"tokens": ["Bonn"], "ner_tags": [5]}]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"has numbers as tags \(5\) and no names for them.*--tag-names"):
        read_own(tmp_path / "a.parquet", "de", Counter())


def test_a_prefix_that_not_every_token_has_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "de:facto\tO\nde:Bonn\tB-LOC\n\nBonn\tB-LOC\n")
    assert bring(tmp_path / "de", "de", test=path)["test"][0].tokens == ("de:facto", "de:Bonn")
    path = write(tmp_path / "b.conll", "de:facto\tO\nde:Bonn\tB-LOC\n")
    assert bring(tmp_path / "de", "de", test=path)["test"][0].tokens == ("facto", "Bonn")


@pytest.mark.skipif(not SHARED.exists(), reason="the real lexicons and aligned text of ../shared/data are not here")
def test_real_lexicons_and_aligned_text_are_read() -> None:
    repairs: Counter[str] = Counter()
    assert len(read_pairs(SHARED / "lexicons" / "muse" / "en-de.tsv", repairs)) > 10_000
    for code in ("sw", "th", "zh"):
        rows = read_rows(SHARED / "parallel" / "ntrex" / f"en-{code}.tsv")
        assert len(rows) == 1997


@pytest.mark.skipif(not SHARED.exists(), reason="the real corpora of ../shared/data are not here")
@pytest.mark.parametrize("code", ["en", "de", "sw", "ja", "my"])
def test_real_corpora_are_read(code: str) -> None:
    repairs: Counter[str] = Counter()
    sentences = read_own(SHARED / "ner" / code / "dev.conll", code, repairs)
    assert len(sentences) > 50
    survey = Survey()
    assert list(survey.of(sentences)) == sentences
    mapped_tags(survey.types, {}, ["PER", "ORG", "LOC"], Path("dev.conll"))


def test_the_parts_are_left_out_of_the_teacher_one_by_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    planned = snakemake(tmp_path, "--dry-run", "--configfile", "config/parts.yaml").stdout
    assert re.search(r"^train +6$", planned, re.M)
    assert "pseudo_labels" not in planned
    config: dict[str, Any] = {}
    for name in ("config", "parts"):
        config = merge(config, yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")))
    whole = resolve_variant("no_self_training", config)
    for name in config["compare"][2:]:
        part = resolve_variant(name, config)
        changed = [(key, inner) for key in whole for inner in part[key] or () if part[key][inner] != whole[key][inner]]
        assert len(changed) == 1, name


def test_the_learning_curve_trains_each_student_on_its_own_teachers_sentences(tmp_path: Path) -> None:
    data = tmp_path / "mine"
    for language in ("en", "de"):
        for split in ("train", "dev", "test"):
            write(data / "ner" / language / f"{split}.conll", ENGLISH)
    write(data / "lexicons" / "muse" / "en-de.tsv", "left verließ\n")
    (data / "parallel" / "ntrex").mkdir(parents=True)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    files = [f"config/{name}.yaml" for name in ("config", "folder", "learning_curve")]
    planned = snakemake(tmp_path, "--dry-run", "--configfile", *files[1:], "--config", f"folder={data}").stdout
    assert re.search(r"^train +18$", planned, re.M)
    assert "figures/learning_curve.png" in planned
    assert "tables/learning_curve.md" in planned
    config: dict[str, Any] = {}
    for file in files:
        config = merge(config, yaml.safe_load((tmp_path / file).read_text(encoding="utf-8")))
    config = completed(config)
    for size in (250, 500, 1000, 2500, 5000, 10000):
        student, tagger = (resolve_variant(f"{family}_{size}", config) for family in ("full", "tagger"))
        recipe = config["self_training"][student["self_training"]]
        teacher = resolve_variant(recipe["teacher"], config)
        assert recipe["entity_threshold"] == config["self_training"]["one_round"]["entity_threshold"]
        for settings in (student, teacher, tagger):
            assert settings["training"]["source_sentences"] == size
        assert size * tagger["training"]["epochs"] >= 3000 * 3  # no fewer steps than in config/folder.yaml
        assert student["views"]["translated"] == teacher["views"]["translated"] == "aligned"
        assert teacher["self_training"] is None
        assert tagger["model"]["head"] == "tagger"


def test_labels_are_projected_by_the_teacher_of_the_same_seed_and_training_goes_on_from_it(tmp_path: Path) -> None:
    data = tmp_path / "mine"
    for language in ("en", "de"):
        for split in ("train", "dev", "test"):
            write(data / "ner" / language / f"{split}.conll", ENGLISH)
    write(data / "lexicons" / "muse" / "en-de.tsv", "left verließ\n")
    write(data / "parallel" / "ntrex" / "en-de.tsv", "Curie left .\tCurie ging .\n")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    wanted = "results/folder/relation_projected/seed2/model"
    options = ["--configfile", "config/folder.yaml", "--config", f"folder={data}"]
    planned = snakemake(tmp_path, wanted, "--dry-run", "--printshellcmds", *options).stdout
    (projecting,) = re.findall(r"project_labels\.py (.*)", planned)
    assert "--teachers results/folder/relation/seed2/model" in projecting
    assert "--translations results/folder/translated/aligned/de.parquet" in projecting
    training = next(line for line in re.findall(r"train\.py (.*)", planned) if wanted in line)
    assert "--teacher results/folder/relation/seed2/model" in training
    assert "--translated results/folder/projected/projected/seed2/de.parquet" in training
    assert "--translated-source results/folder/translated/aligned/en.parquet" in training


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"translation": {"projected": {"aligned": "projected"}}}, "'projected' is no recipe of aligned text"),
        ({"translation": {"projected": {"teacher": "relation_projected"}}}, "learns from a teacher itself"),
        ({"variants": {"relation_projected": {"model": {"pair_size": 8}}}}, "which has another model"),
    ],
)
def test_a_projection_that_could_never_be_made_is_said(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    write(tmp_path / "ner" / "de" / "test.conll", ENGLISH)
    config: dict[str, Any] = {"folder": str(tmp_path)}
    for name in ("config", "folder"):
        config = merge(config, yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")))
    config = completed(merge(config, {"folder": str(tmp_path)}))
    table = ROOT / "config" / "languages.tsv"
    assert "relation_projected" in Experiment.of(config, table).variants
    with pytest.raises(InputError, match=problem):
        Experiment.of(merge(config, changes), table)


def test_an_experiment_of_the_hub_takes_everything_from_a_folder_by_one_key(tmp_path: Path) -> None:
    """Its sentences, lexicons and aligned text; nothing is fetched, and languages that it lacks are left out."""
    data = tmp_path / "mine"
    for language in ("en", "de", "sw"):
        for split in ("train", "dev", "test"):
            write(data / "ner" / language / f"{split}.conll", ENGLISH)
    write(data / "lexicons" / "muse" / "en-de.tsv", "left verließ\n")
    write(data / "parallel" / "ntrex" / "en-de.tsv", "Curie left .\tCurie ging .\n")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    options = ["--dry-run", "--printshellcmds", "--configfile", "config/panx.yaml", "--config"]
    done = snakemake(tmp_path, *options, f"folder={data}")
    assert "has no sentences in af, ar, bg" in done.stdout + done.stderr
    assert not re.search(r"(fetch_corpus|fetch_file|fetch_model)\.py", done.stdout)
    assert re.search(r"^target_corpus +2$", done.stdout, re.M)
    assert f"--sources {data}/parallel/ntrex" in done.stdout
    assert f"{data}/lexicons/muse" in done.stdout


LABELLED = "Acme\tB-ORG\nsent\tO\nAda\tB-PER\nto\tO\nOslo\tB-LOC\nagain\tO\n"


def made_up(path: Path, count: int, tagged: bool = True) -> Path:
    """`count` different sentences."""
    text = LABELLED if tagged else re.sub("\t.*", "", LABELLED)
    return write(path, "\n".join(f"{text}n{number}{chr(9) + 'O' if tagged else ''}\n" for number in range(count)))


def test_an_import_in_parts_writes_what_one_in_a_piece_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train, test = made_up(tmp_path / "train.conll", 40), made_up(tmp_path / "test.conll", 11)
    text = made_up(tmp_path / "text.conll", 50, tagged=False)
    options: dict[str, Any] = {"train": train, "dev": test, "test": test, "unlabelled": [text, train], "most": 30}
    whole = bring(tmp_path / "whole", "de", **options)
    monkeypatch.setattr("mclner.data.sentences.SENTENCES_IN_GROUP", 4)
    assert bring(tmp_path / "parts", "de", **options) == whole
    for name in whole:
        files = [pq.ParquetFile(tmp_path / kind / f"{name}.parquet") for kind in ("whole", "parts")]
        assert (files[0].num_row_groups, files[1].num_row_groups) == (1, -(-len(whole[name]) // 4))
        assert files[0].schema_arrow.metadata == files[1].schema_arrow.metadata  # the sum of all values
    assert [len(rows) for rows in whole.values()] == [30, 11, 11, 30]
    scored = {row.tokens for row in whole["test"]}
    assert not scored & {row.tokens for row in whole["unlabelled"]}
    again = bring(tmp_path / "again", "de", **options)
    assert again == whole
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (tmp_path / "parts" / path.name).read_bytes()


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mclner.data.sentences.SENTENCES_IN_GROUP", 100)
    monkeypatch.setattr("mclner.common.files.LINE_BLOCK", 2**14)
    test, peaks = made_up(tmp_path / "test.conll", 5), []
    for count in (1000, 1000, 8000):  # once for what is made at the first time
        train = made_up(tmp_path / "train.conll", count)
        tracemalloc.start()
        bring(tmp_path / "de", "de", train=train, test=test, unlabelled=[train], most=50)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.5 * peaks[1], peaks


def test_what_was_guessed_stands_in_the_table_of_inputs(tmp_path: Path) -> None:
    """Columns, scheme, line ends, mark, comments and fields; the table is the same each time."""
    test = write(tmp_path / "test.conll", "\ufeff# a = b\r\nOslo\tLOC\r\nis\tO\r\n\r\nAnna\tPER\r\nis\tO\r\n")
    record = json.dumps(
        {"tokens": ["Bonn", "ist"], "words": ["Bonn", "ist"], "tags": ["O", "O"], "ner": ["B-LOC", "O"]}
    )
    train = write(tmp_path / "train.jsonl", record.replace('"tags": ["O', '"tags": ["B-PER') + "\n")
    bring(tmp_path / "de", "de", test=test, train=train, unlabelled=[train])
    table = pd.read_csv(tmp_path / "de" / "readings.tsv", sep="\t", dtype=str, keep_default_na=False)
    rows = {row["split"]: row for row in table.to_dict("records")}
    assert rows["test"]["read_as"] == (
        "2 columns parted by tabs, token_column 0, tag_column 1 (types: LOC, PER), line ends CR LF, a byte order mark"
    )
    assert rows["test"]["guessed"].startswith("its tags are types alone")
    assert rows["test"]["mended"] == "comments: 1"
    assert rows["train"]["read_as"] == "records of JSON, tokens with tags (prefix: PER)"
    assert rows["train"]["guessed"] == (
        "its fields tokens, words hold tokens: tokens is read; its fields tags, ner hold tags: tags is read"
    )
    assert rows["unlabelled"]["read_as"] == "records of JSON, tokens"
    write_input_table(
        Namespace(name="corpora", inputs=[tmp_path / "de" / "readings.tsv"], experiment="x", output=tmp_path / "c.md")
    )
    assert "types alone" in (tmp_path / "c.md").read_text(encoding="utf-8")
