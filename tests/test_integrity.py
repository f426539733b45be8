"""What was written is whole or not there, and what was damaged since is named, moved aside and made anew."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest

from conftest import SCRIPTS, snakemake
from mclner.common.checksums import check_folder, check_tsv, read_parquet, seal_folder, write_parquet
from mclner.common.exceptions import DamagedFileError, InputError
from mclner.common.files import write_json, writing, writing_folder
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.training.pseudo_labels import PseudoLabelled, read_pseudo_labels, write_pseudo_labels

SENTENCES = [Sentence(str(number), "de", ("Bonn", "ist", "alt"), ("B-LOC", "O", "O")) for number in range(20)]


def flip(path: Path, position: int) -> None:
    """Turn one byte of a file over and leave its time as it was, as a bad disk does."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_no_flipped_byte_of_a_corpus_or_of_pseudo_labels_goes_unseen(tmp_path: Path) -> None:
    corpus, labels = tmp_path / "corpus.parquet", tmp_path / "labels.parquet"
    rows = [PseudoLabelled(sentence, (1.0, 0.0, 1.0)) for sentence in SENTENCES]
    generator = random.Random(1)
    for path, write, read, expected in (
        (corpus, lambda: write_corpus(SENTENCES, corpus), read_corpus, SENTENCES),
        (labels, lambda: write_pseudo_labels(rows, labels), read_pseudo_labels, rows),
    ):
        write()
        whole = path.read_bytes()
        refused = 0
        for _ in range(500):
            flip(path, generator.randrange(len(whole)))
            try:
                assert read(path) == expected  # type: ignore[operator]  # bytes that nothing depends on
            except DamagedFileError:
                refused += 1
            path.write_bytes(whole)
        assert refused > 300


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    write_parquet(pa.table({"id": ["1"]}), tmp_path / "a.parquet")
    with pytest.raises(DamagedFileError, match=r"has the columns \['id'\]"):
        read_parquet(tmp_path / "a.parquet", pa.schema([("id", pa.int64())]))


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "sums cut", "sums gone wrong"])
def test_a_damaged_folder_is_named_with_the_file(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    with writing_folder(folder) as partial:
        (partial / "model.safetensors").write_bytes(b"weights")
        (partial / "config.json").write_text("{}")
        seal_folder(partial)
    check_folder(folder)
    weights, sums = folder / "model.safetensors", folder / "SHA256SUMS"
    if damage == "cut":
        weights.write_bytes(b"weight")
    elif damage == "flipped":
        flip(weights, 3)
    elif damage == "gone":
        weights.unlink()
    elif damage == "sums cut":
        sums.write_text(sums.read_text()[:100])
    else:
        flip(sums, 3)
    with pytest.raises(DamagedFileError, match=r"model: is damaged .*(model\.safetensors|SHA256SUMS)"):
        check_folder(folder)


def test_the_seal_is_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a file.bin").write_bytes(b"weights")
    seal_folder(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("variant\tf1\nfull\t80", "ends too early"),
        ("variant\tf1\n", "ends too early"),
        ("variant\tf1\nfull\n", "line 2 has 1 columns"),
        ("variant\nfull\n", "lacks the columns"),
        ("", "lacks the columns"),
    ],
)
def test_a_table_that_is_not_whole_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "metrics.tsv"
    path.write_text(text)
    with pytest.raises(DamagedFileError, match=rf"metrics\.tsv: is damaged .*{message}"):
        check_tsv(path, ("variant", "f1"))


def test_what_is_not_there_is_named_and_not_called_damaged(tmp_path: Path) -> None:
    for read in (read_corpus, check_folder, read_pseudo_labels):
        with pytest.raises(InputError, match="is not there") as caught:
            read(tmp_path / "nothing")
        assert not isinstance(caught.value, DamagedFileError)


def test_a_writer_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write_json({"a": 1}, tmp_path / "a.json")
    before = (tmp_path / "a.json").read_bytes()
    with pytest.raises(OSError, match="full"), writing(tmp_path / "a.json") as partial:  # noqa: PT012
        partial.write_text("half of")
        raise OSError("full")
    assert (tmp_path / "a.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_what_a_killed_writer_left_is_cleared_away_and_a_living_ones_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from mclner.common.files import writing\n"
        "with writing(Path(sys.argv[1])) as partial: partial.write_text('half'); print(flush=True); time.sleep(60)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a.json")], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    killed, living = writers
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    write_json({"a": 1}, tmp_path / "a.json")
    left = {path.name for path in tmp_path.iterdir()} - {"a.json"}
    living.kill()
    living.wait()
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    assert len(left) == 1
    assert f".{living.pid}." in left.pop()


def test_a_program_moves_a_damaged_input_aside_and_says_so(tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.tsv"
    metrics.write_text("half a li")
    command = [sys.executable, str(SCRIPTS / "gather_tables.py"), "--tables", str(metrics)]
    done = subprocess.run([*command, "--output", str(tmp_path / "all.tsv")], capture_output=True, text=True)
    assert done.returncode == 1
    assert "metrics.tsv: is damaged" in done.stderr
    assert "run again: it is made anew" in done.stderr
    assert not metrics.exists()
    assert (tmp_path / "metrics.tsv.damaged").read_text() == "half a li"


def test_damaged_results_are_made_anew_to_the_same_scores(small_run: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=small_run.parent))  # from there the checkout lies as it does from `small_run`
    shutil.copytree(small_run, folder, copy_function=shutil.copy2, dirs_exist_ok=True)
    results = folder / "results" / "small"
    before = (results / "metrics.tsv").read_bytes()
    flip(results / "no_self_training" / "seed1" / "model" / "model.safetensors", -1)
    flip(results / "translated" / "word_by_word" / "de.parquet", 40)
    flip(results / "tagger" / "seed1" / "predictions" / "ja.parquet", 40)
    for gone in ("pseudo_labels/one_round/seed1.parquet", "full/seed1/metrics.tsv", "metrics.tsv"):
        (results / gone).unlink()  # so that all three damaged ones are read again
    shutil.rmtree(results / "full" / "seed1" / "model")
    said = ""
    for _ in range(4):  # a damaged file is found when something reads it
        done = snakemake(folder, "--cores", "2", "--configfile", "small.yaml", check=False)
        said += done.stdout + done.stderr
        if done.returncode == 0:
            break
    assert done.returncode == 0, said[-3000:]
    for name in ("no_self_training/seed1/model", "translated/word_by_word/de.parquet", "tagger/seed1/predictions"):
        assert f"results/small/{name}: is damaged" in said
    assert (results / "metrics.tsv").read_bytes() == before


def test_a_stopped_program_ends_at_once() -> None:
    code = (
        "import time; from mclner.common.cli import make_parser, run_program\n"
        "def main(_): print(flush=True); time.sleep(3600)\n"
        "run_program(make_parser(''), main)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=300)  # it would sleep for longer
    finally:
        process.kill()
    assert process.returncode == 130
    assert b"Traceback" not in said
