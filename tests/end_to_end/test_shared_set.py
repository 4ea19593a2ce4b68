"""A block at a 128-bit set that all libraries share: the same counts and security on each."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.test_run import bench, exported

COUNTS = ("round_trips", "rotations", "ct_ct", "ct_pt", "rescales", "rotation_keys")


def test_a_library_executes_the_portable_program_at_128_bits(backend: str, tmp_path: Path) -> None:
    """Counts are the program's, which is the same for every library, and so the simulator's."""
    backends = {backend, "cleartext"}
    done = bench(
        "run", "layers", *(f"--backend={name}" for name in sorted(backends)), "--parameters", "shared14",
        "--case", "block_16x32", "--repeats", "1", "--output", str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    records = {record["backend"]: record for record in exported(tmp_path)}
    assert records.keys() == backends
    record, simulated = records[backend], records["cleartext"]
    assert [record["counts"][name] for name in COUNTS] == [simulated["counts"][name] for name in COUNTS]
    assert record["counts"]["round_trips"] >= 1
    assert record["batch"] == simulated["batch"]
    assert record["ladder"]["precision_bits"] >= 14
    if backend != "cleartext":
        assert record["security"]["bits"] == 128
        assert 427 < record["security"]["log_qp"] <= 430
