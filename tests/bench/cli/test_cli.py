"""What a user gets wrong: one sentence, status 2, nothing written, no traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.checkpoint import load_graph, save_graph
from reports.record import Status
from reports.store import load_output

ROOT = Path(__file__).resolve().parents[3]
CHECKPOINT = ROOT / "models" / "checkpoints" / "vit_tiny"


def refused(output: Path, *arguments: str) -> str:
    """The sentence with which a command is refused."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not output.exists()
    return " ".join(done.stderr.split())


def run_refused(tmp_path: Path, suite: str, *options: str) -> str:
    output = tmp_path / "results"
    return refused(output, "run", suite, "--output", str(output), *options)


def altered(tmp_path: Path, old: str, new: str) -> str:
    """The toy suite with a change."""
    text = (ROOT / "suites" / "toy.yaml").read_text()
    assert old in text
    path = tmp_path / "suite.yaml"
    path.write_text(text.replace(old, new))
    return str(path)


def test_an_unknown_suite(tmp_path: Path) -> None:
    assert "did you mean vit_tiny" in run_refused(tmp_path, "vit_tinny")


def test_an_unknown_backend(tmp_path: Path) -> None:
    assert "did you mean openfhe" in run_refused(tmp_path, "toy", "--backend", "openfhee")


def test_an_unknown_parameter_set(tmp_path: Path) -> None:
    assert "did you mean round_trip" in run_refused(tmp_path, "toy", "--parameters", "roundtrip")


def test_an_unknown_case(tmp_path: Path) -> None:
    assert "did you mean digits" in run_refused(tmp_path, "toy", "--case", "digit")


def test_an_unknown_key(tmp_path: Path) -> None:
    sentence = run_refused(tmp_path, altered(tmp_path, "samples: 8", "sample: 8"))
    assert "suite.yaml:5" in sentence
    assert "did you mean samples" in sentence


def test_a_wrong_type(tmp_path: Path) -> None:
    sentence = run_refused(tmp_path, altered(tmp_path, "samples: 8", "samples: eight"))
    assert "suite.yaml:5" in sentence
    assert "write a whole number" in sentence


def test_an_insecure_set_where_the_suite_demands_128_bits(tmp_path: Path) -> None:
    sentence = run_refused(tmp_path, altered(tmp_path, "security: 0", "security: 128"))
    assert "suite.yaml:" in sentence
    assert "allow" in sentence
    assert "INSECURE" in sentence


def test_more_samples_than_there_are(tmp_path: Path) -> None:
    sentence = run_refused(tmp_path, "toy", "--backend", "cleartext", "--samples", "361")
    assert "361 samples were asked for and digits holds out 360" in sentence


def test_a_missing_model(tmp_path: Path) -> None:
    sentence = run_refused(tmp_path, altered(tmp_path, "model: vit_tiny", "model: vit_tinny"))
    assert "no model is called 'vit_tinny', did you mean vit_tiny" in sentence.replace("; did", ", did")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("polynomial.safetensors", lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!")),
        ("polynomial.json", lambda path: path.write_text(path.read_text()[:-20])),
        ("he_friendly.json", lambda path: path.unlink()),
    ],
)
def test_a_corrupt_or_missing_checkpoint(tmp_path: Path, name: str, damage: object) -> None:
    shutil.copytree(CHECKPOINT, tmp_path / "copy")
    damage(tmp_path / "copy" / name)  # type: ignore[operator]
    suite = altered(tmp_path, "model: vit_tiny", f"model: {tmp_path / 'copy'}")
    sentence = run_refused(tmp_path, suite, "--backend", "cleartext")
    assert name.split(".")[0] in sentence
    assert "restore" in sentence or "convert" in sentence


def test_an_output_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sentence = refused(
        tmp_path / "file" / "results",
        "run", "toy", "--backend", "cleartext", "--samples", "4", "--output", str(tmp_path / "file"),
    )  # fmt: skip
    assert "file" in sentence


def test_an_input_outside_a_polynomials_interval_is_reported_by_layer(tmp_path: Path) -> None:
    """The cell fails before anything is encrypted, and says which layer met what."""
    shutil.copytree(CHECKPOINT, tmp_path / "narrow")
    graph = load_graph(tmp_path / "narrow", "polynomial")
    nodes = tuple(
        replace(node, attributes={**node.attributes, "interval": [-0.1, 0.1]})
        if node.name == "blocks.1.mlp.activation"
        else node
        for node in graph
    )
    save_graph(replace(graph, nodes=nodes), tmp_path / "narrow", "polynomial")
    suite = altered(tmp_path, "model: vit_tiny", f"model: {tmp_path / 'narrow'}")
    output = tmp_path / "results"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "run", suite, "--backend", "cleartext"),
            *("--parameters", "round_trip", "--output", str(output)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (stored,) = load_output(output).stored
    assert stored.record.status is Status.FAILED
    assert stored.record.reason is not None
    assert stored.record.reason.startswith("layer blocks.1.mlp: the input of blocks.1.mlp.activation spans [")
    assert "outside its interval [-0.1, 0.1]" in stored.record.reason
    assert stored.record.latency.evaluate_s is None
