"""A submission at a toy ring, and a harness's folder in which its stages are called as theirs calls them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bench.submission.places import Places
from models import checkpoint, reference
from models.data import literals, patches
from tests.bench.commands import bench

#: The stages of github.com/fhe-benchmarking/ml-inference in their order, and whether each is given the size.
STAGES = {
    "client_key_generation": True,
    "server_preprocess_model": False,
    "client_preprocess_input": True,
    "client_encode_encrypt_input": True,
    "server_encrypted_compute": True,
    "client_decrypt_decode": True,
    "client_postprocess": True,
}
IMAGES = 2
SUITE = """
suite: toy_submission
title: INSECURE, the perceptron on a ring with room for one image
security: 0
samples: 1
repeats: 1
threads: 1
cases:
  - {name: mnist, model: mlp, data: mnist}
parameter_sets:
  - alias: toy
    log_n: 11
    first_modulus_bits: 40
    scale_bits: 30
    depth: 5
    digits: 6
    refresh: round_trip
    program: portable
    backends: [openfhe, tenseal, pyfhel, seal_python]
"""


def data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data set of that name, of noise."""
    random = np.random.default_rng(16)
    images = random.integers(0, 256, (20, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(20) % 10
    np.savez(
        folder / "mnist.npz",
        train_images=images,
        train_labels=labels,
        test_images=images,
        test_labels=labels,
        class_names=np.array(list("0123456789")),
    )
    monkeypatch.setenv("BENCH_DATA", str(folder))


def written(folder: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A harness's folder with a built submission for two images; the folder is its own."""
    data(folder, monkeypatch)
    suite, root = folder / "suite.yaml", folder / "harness"
    suite.write_text(SUITE)
    bench("submission", str(suite), "--output", str(root), "--backend", backend)
    bench("submission", str(root / "submission"), "--build")
    pixels(root)
    return root


def places(root: Path) -> Places:
    return Places(root, "single")


def images() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """`[images, 28, 28, 1]`."""
    return np.random.default_rng(17).integers(0, 256, (IMAGES, 28, 28, 1), dtype=np.uint8)


def pixels(root: Path) -> None:
    """What the harness writes before the client's stages."""
    there = places(root)
    there.exchange.mkdir(parents=True)
    there.pixels.parent.mkdir(parents=True)
    lines = (" ".join(f"{pixel / 255:.6f}" for pixel in image.flat) for image in images())
    there.pixels.write_text("".join(f"{line}\n" for line in lines))


def stage(root: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Call a stage as the harness does."""
    size = ["0"] if STAGES[name] else []
    executable = root / "submission" / "build" / name
    environment = {"PATH": os.defpath, "A_SECRET_OF_THE_USER": "of the harness's environment"}
    return subprocess.run(
        [str(executable), *size], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def run(root: Path, *names: str) -> None:
    """Call stages that must go well; all of them where none is named."""
    for name in names or STAGES:
        done = stage(root, name)
        assert done.returncode == 0, f"{name}: {done.stderr}"


def expected() -> list[int]:
    """The labels that the polynomial model gives the images in the clear."""
    graph = checkpoint.load_graph(Path(checkpoint.__file__).parent / "checkpoints" / "mlp", "polynomial")
    preparation = literals.parse(graph.metadata["preparation"])
    assert isinstance(preparation, literals.Patches)
    inputs = patches.tokens(patches.normalised(images(), preparation, np.float64), preparation)
    found: list[int] = reference.outputs(graph, inputs).reshape(IMAGES, -1).argmax(axis=1).tolist()
    return found
