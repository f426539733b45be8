"""`mclner export`: the same entities without torch, and 8 bits that are measured before they are shipped."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from conftest import SCRIPTS
from mclner import EntityRecogniser
from mclner.common.checksums import damage_of
from mclner.common.exceptions import InputError
from mclner.inference import export_command
from mclner.inference.command_line import command_parser
from mclner.inference.export_measure import Measured, export_section, labelled_files
from mclner.model.entity_model import EntityModelConfig, new_model

pytest.importorskip("onnx", reason="exporting needs the packages onnx and onnxruntime")
pytest.importorskip("onnxruntime", reason="exporting needs the packages onnx and onnxruntime")
from mclner.model.onnx_export import FLOAT32, INT8, RowQuantisedEmbedding

WORDS = ["Marie", "Curie", "was", "in", "Oberhausen", "東京", "برلين", "Łódź", "O'Brien", ".", "a" * 30]


def mclner(*arguments: object) -> None:
    parsed = command_parser().parse_args([*map(str, arguments)])
    parsed.main(parsed)


def save(encoder: Path, folder: Path, head: str, pooling: str) -> Path:
    """A model with random weights that finds many entities."""
    torch.manual_seed(1)
    settings = {"head": head, "word_pooling": pooling, "pair_size": 8, "max_length": 24, "initial_relation_bias": 0.0}
    model = new_model(encoder, EntityModelConfig(settings=settings, precision="float32"))
    for name, parameter in model.named_parameters():
        if not name.startswith("encoder."):
            torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=[("relation", "first"), ("relation", "mean"), ("tagger", "first")], ids="-".join)
def pair(request: pytest.FixtureRequest, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A model folder and its export."""
    folder = tmp_path_factory.mktemp("export")
    model = save(tiny_encoder, folder / "model", *request.param)
    mclner("export", model, "--output", folder / "exported")
    return model, folder / "exported"


@pytest.fixture(scope="module")
def relation(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tiny_encoder, tmp_path_factory.mktemp("relation") / "model", "relation", "first")


@pytest.fixture(scope="module")
def tests_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tests")
    for language in ("en", "sw"):
        (folder / language).mkdir()
        (folder / language / "test.conll").write_text("Marie\tB-PER\nCurie\tI-PER\n\nBonn\tB-LOC\n")
    return folder


def test_the_export_finds_the_same_entities_in_sentences_of_every_length(pair: tuple[Path, Path]) -> None:
    ours, exported = map(EntityRecogniser.from_pretrained, pair)
    generator = random.Random(1)
    sentences = [generator.choices(WORDS, k=length) for length in [1, 1, 2, 3, *range(5, 80, 7)]]
    before, after = ours.label(sentences), exported.label(sentences)
    assert sum(len(labelling.entities) for labelling in before) > 50
    assert [each.entities for each in after] == [each.entities for each in before]
    for one, other in zip(before, after, strict=True):
        assert other.confidences == pytest.approx(one.confidences, abs=1e-5)
        assert other.word_confidences == pytest.approx(one.word_confidences, abs=1e-5)
    text = "Marie Curie was in Ober\u00adhausen. 東京へ " * 20
    assert [e["text"] for e in exported(text)] == [e["text"] for e in ours(text)]
    assert exported([[], ["Marie"]])[0] == exported("") == []
    assert exported.entity_types == ours.entity_types


def test_the_export_runs_without_torch_and_starts_at_once(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Seconds of the processor, not of the clock, which other work on the machine would move."""
    program = (
        "import sys, time\n"
        "HEAVY = {'torch', 'transformers', 'pandas', 'pyarrow'}\n"
        "from mclner import EntityRecogniser\n"
        f"found = EntityRecogniser.from_pretrained({str(pair[1])!r})('Marie Curie was in Oberhausen.')\n"
        "heavy = sorted({name.split('.')[0] for name in sys.modules} & HEAVY)\n"
        "print(len(found), heavy, time.process_time())\n"
    )
    environment = {"PYTHONPATH": f"{SCRIPTS}:{':'.join(path for path in sys.path if path)}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stderr
    found, heavy, seconds = done.stdout.split()
    assert int(found) > 0
    assert heavy == "[]"
    assert float(seconds) < 3


def test_the_exported_folder_is_whole_and_has_a_card(pair: tuple[Path, Path]) -> None:
    exported = pair[1]
    assert damage_of(exported) is None
    names = {path.name for path in exported.iterdir()}
    assert {"model.onnx", "model.onnx.data", "config.json", "tokenizer.json", "README.md", "SHA256SUMS"} <= names
    assert not {name for name in names if name.startswith(".") or name.endswith(".safetensors")}
    card = (exported / "README.md").read_text(encoding="utf-8")
    assert "ONNX graph in float32" in card
    assert "was not measured" in card


def test_the_export_labels_and_is_scored_by_the_same_commands(
    pair: tuple[Path, Path], tests_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = []
    for folder in pair:
        mclner("score", folder, tests_folder / "en" / "test.conll", "--json", "--resamples", "20")
        scores.append(json.loads(capsys.readouterr().out))
    assert scores[0] == scores[1]


def test_8_bits_are_smaller_and_their_f1_stands_in_the_card(
    relation: Path, tests_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mclner("export", relation, "--output", tmp_path / "float32")
    monkeypatch.setattr("mclner.inference.export_measure.MOST_IN_MEAN", 100.0)
    monkeypatch.setattr("mclner.inference.export_measure.MOST_IN_ONE", 100.0)
    mclner("export", relation, "--output", tmp_path / "int8", "--int8", "--measure", tests_folder)
    sizes = {name: (tmp_path / name / "model.onnx.data").stat().st_size for name in ("float32", "int8")}
    assert sizes["int8"] < sizes["float32"] / 2.5
    assert EntityRecogniser.from_pretrained(tmp_path / "int8")("Marie Curie was in Oberhausen.")
    card = (tmp_path / "int8" / "README.md").read_text(encoding="utf-8")
    assert "| language | sentences | F1 in float32 | F1 of the export | difference |" in card
    assert "| sw | 2 | " in card
    assert precision_of(tmp_path / "int8") == "int8"
    assert not [path for path in (tmp_path / "int8").iterdir() if path.name.startswith(".")]


def precision_of(folder: str | Path) -> str:
    """What config.json of an exported folder tells."""
    return str(json.loads((Path(folder) / "config.json").read_text())["export"]["precision"])


@pytest.mark.parametrize(
    ("losses", "chosen"),
    [
        (((0.4, 0.5), (0, 0), (0, 0)), INT8[0]),
        (((0.4, 0.7), (0.1, 0), (0, 0)), INT8[1]),  # 0.55 in the mean
        (((-3, 2.1), (0.6, 0.6), (-2, 1.9)), INT8[2]),  # 2.1 in one language, though the mean gains
        (((1, 1), (1, 1), (1, 1)), None),
    ],
)
def test_8_bits_that_lose_too_much_are_mended_or_refused(
    relation: Path,
    tests_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    losses: tuple[tuple[float, float], ...],
    chosen: Any,
) -> None:
    scores = {
        precision.name: (80 - first, 60 - second) for precision, (first, second) in zip(INT8, losses, strict=True)
    }
    scores[FLOAT32.name] = (80.0, 60.0)
    real = EntityRecogniser.from_pretrained
    monkeypatch.setattr(
        EntityRecogniser,
        "from_pretrained",
        lambda folder: real(folder) if Path(folder) == relation else precision_of(folder),
    )

    def measured(precision: str, tests: object) -> dict[str, float]:
        """Stands in for measuring: F1 in `en` and `sw`."""
        return dict(zip(("en", "sw"), scores[precision], strict=True))

    monkeypatch.setattr(export_command, "f1_by_language", measured)
    arguments = ("export", relation, "--output", tmp_path / "out", "--int8", "--measure", tests_folder)
    if chosen is None:
        with pytest.raises(InputError, match=r"the most exact form loses 1\.00 F1 in the mean and 1\.00 in"):
            mclner(*arguments)
        assert list(tmp_path.iterdir()) == []
        return
    mclner(*arguments)
    assert precision_of(tmp_path / "out") == chosen.name
    assert f"graph in {chosen.name}" in (tmp_path / "out" / "README.md").read_text()


def test_a_more_exact_form_has_fewer_products_in_8_bits(relation: Path, tmp_path: Path) -> None:
    import onnx

    from mclner.model.entity_model import load_model
    from mclner.model.onnx_export import export_graph

    model, counts = load_model(relation), []
    for number, precision in enumerate((*INT8, FLOAT32)):
        folder = tmp_path / str(number)
        folder.mkdir()
        export_graph(model, precision, folder)
        graph = onnx.load(folder / "model.onnx", load_external_data=False)
        counts.append(sum(node.op_type == "MatMulInteger" for node in graph.graph.node))
    layers = 2
    assert counts == [6 * layers, 5 * layers, 4 * layers, 0]


def test_embeddings_in_8_bits_are_near_to_what_they_were() -> None:
    torch.manual_seed(1)
    weight = torch.randn(50, 16) * torch.logspace(-3, 3, 50)[:, None]
    weight[7] = 0
    found = RowQuantisedEmbedding(weight)(torch.arange(50))
    assert bool(((found - weight).abs() <= weight.abs().amax(dim=1, keepdim=True) / 253).all())


def test_what_cannot_be_exported_or_loaded_is_said_in_a_sentence(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, exported = pair
    (tmp_path / "there").mkdir()
    for arguments, message in (
        ((model, "--output", tmp_path / "there"), "is there already. Name a new folder"),
        ((exported, "--output", tmp_path / "new"), "is an export already"),
        ((tmp_path, "--output", tmp_path / "new"), "is no model folder"),
        ((model, "--output", tmp_path / "new", "--measure", tmp_path / "none"), "is no folder"),
        ((model, "--output", tmp_path / "new", "--measure", tmp_path / "there"), "holds no labelled file"),
    ):
        with pytest.raises(InputError, match=message):
            mclner("export", *arguments)
    assert not (tmp_path / "new").exists()
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(InputError, match=r"onnxruntime runs, and that is not installed\. Install it: pip install"):
            EntityRecogniser.from_pretrained(exported)
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "onnx", None)
        with pytest.raises(InputError, match=r"needs the package onnx, .* pip install 'mclner\[export\]'"):
            mclner("export", model, "--output", tmp_path / "new")
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("model.onnx", "config.json", "tokenizer.json"):
        (broken / name).write_bytes((exported / name).read_bytes())
    with pytest.raises(InputError, match="holds no model that can be read"):
        EntityRecogniser.from_pretrained(broken)  # its weights are missing
    config = json.loads((exported / "config.json").read_text())
    (broken / "config.json").write_text(json.dumps({key: config[key] for key in config if key != "export"}))
    with pytest.raises(InputError, match=r"does not say what an exported model needs \('export'\)"):
        EntityRecogniser.from_pretrained(broken)


def test_labelled_files_are_found_by_language(tmp_path: Path, tests_folder: Path) -> None:
    assert labelled_files(tests_folder)["sw"] == tests_folder / "sw" / "test.conll"
    for name in ("ar.conll", "ja.jsonl"):
        (tmp_path / name).write_text("")
    assert {language: path.name for language, path in labelled_files(tmp_path).items()} == {
        "ar": "ar.conll", "ja": "ja.jsonl",
    }  # fmt: skip
    (tmp_path / "ar.jsonl").write_text("")
    with pytest.raises(InputError, match="is another file for 'ar'"):
        labelled_files(tmp_path)


def test_the_section_of_the_card_shows_losses_with_their_sign() -> None:
    measured = Measured("mine", {"en": 1000, "sw": 46}, {"en": 80.0, "sw": 50.0}, {"en": 80.5, "sw": 49.0})
    text = export_section("int8", measured)
    assert "| en | 1,000 | 80.0 | 80.5 | +0.5 |" in text
    assert "| sw | 46 | 50.0 | 49.0 | -1.0 |" in text
    assert "| **mean** |  | 65.0 | 64.8 | -0.2 |" in text
    assert (measured.mean_loss, measured.largest_loss) == (0.25, (1.0, "sw"))
