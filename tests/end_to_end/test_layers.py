"""Single layers through the life of a cell, on a real library at INSECURE toy parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.registry import get
from tests.end_to_end.test_run import bench, exported

KINDS = ["linear", "activation", "attention", "softmax", "block"]


def test_every_kind_of_layer_runs_and_claims_no_accuracy(backend: str, tmp_path: Path) -> None:
    done = bench(
        "run", "suites/layers_toy.yaml", "--backend", backend, "--parameters", "portable",
        "--output", str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    records = exported(tmp_path)
    assert [record["case"] for record in records] == KINDS
    for record in records:
        ladder = record["ladder"]
        for rung in ("original", "he_friendly", "polynomial", "encrypted", "label_agreement", "held_out"):
            assert ladder[rung] is None
        assert ladder["precision_bits"] > 14
        assert record["weights"] == "random"
        assert record["latency"]["evaluate_s"] > 0
        assert record["latency"]["primitives"]
    counts = {record["case"]: record["counts"] for record in records}
    assert counts["activation"]["rotations"] == 0 < counts["linear"]["rotations"]
    assert counts["linear"]["ct_ct"] == 0 < counts["activation"]["ct_ct"] < counts["block"]["ct_ct"]


@pytest.mark.parametrize("program", ["vectors", "tensors"])
def test_a_librarys_own_types_are_a_baseline_or_unsupported(
    backend: str, program: str, tmp_path: Path
) -> None:
    done = bench(
        "run", "suites/layers_toy.yaml", "--backend", backend, "--parameters", program,
        "--case", "linear", "--case", "activation", "--output", str(tmp_path),
    )  # fmt: skip
    records = exported(tmp_path)
    assert [record["case"] for record in records] == ["linear", "activation"]
    has_types = program in get(backend).native_types
    assert done.returncode == int(not has_types), done.stdout + done.stderr
    for record in records:
        assert record["parameter_set"].endswith(f"_digits3_{program}")  # the keys reach 128 bits
        if not has_types:
            assert record["status"] == "unsupported"
            assert f"{backend} has no {program} of its own" in record["reason"]
            continue
        assert record["ladder"]["precision_bits"] > 14
        assert record["latency"]["evaluate_s"] > 0
        assert record["counts"]["rotations"] is None  # what these types do inside is not counted
        assert record["security"]["bits"] == 128
