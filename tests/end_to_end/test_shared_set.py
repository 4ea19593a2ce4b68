"""One batch at a 128-bit set that all three libraries share: the same counts and security on each."""

from __future__ import annotations

import json
from pathlib import Path

from backends.planner import plan, refresh_for
from backends.registry import get
from bench.run.workload import load_workload
from bench.spec.cases import ModelCase
from bench.spec.suite import load_suite
from tests.end_to_end.test_run import bench, exported

IMAGES = 16


def test_a_library_executes_the_portable_program_at_128_bits(backend: str, tmp_path: Path) -> None:
    """Counts are the program's, which is recorded in the clear and so the same for every library."""
    done = bench(
        "run", "vit_tiny", "--backend", backend, "--parameters", "shared14", "--samples", str(IMAGES),
        "--output", str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = exported(tmp_path)
    suite = load_suite("vit_tiny", [backend, "openfhe", "tenseal", "pyfhel"])
    parameter_set = next(
        parameter_set for parameter_set in suite.parameter_sets if parameter_set.alias == "shared14"
    )
    case = suite.cases[0]
    assert isinstance(case, ModelCase)
    workload = load_workload(suite.model_folders[case.name], case.data, IMAGES)
    capabilities = get("cleartext").capabilities(parameter_set.parameters)
    refresh = refresh_for(parameter_set.refresh, parameter_set.parameters, capabilities)
    program = plan(workload.polynomial, parameter_set.parameters, refresh)
    assert record["batch"] == IMAGES
    for name in ("round_trips", "rotations", "ct_ct", "ct_pt", "rescales"):
        assert record["counts"][name] == program.counts[name], json.dumps(record["counts"])
    assert record["counts"]["rotation_keys"] == len(program.rotation_steps)
    assert record["ladder"]["label_agreement"] == 1.0
    assert record["ladder"]["precision_bits"] >= 14
    if backend != "cleartext":
        assert record["security"]["bits"] == 128
        assert 427 < record["security"]["log_qp"] <= 430
