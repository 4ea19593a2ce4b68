"""Primitives measured one by one on a real library, between two parties, at INSECURE toy parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.test_run import ROOT, bench, exported

REPETITIONS, DEPTH = 15, 3
#: At levels 1 and up; at level 0 nothing is left to rescale.
ABOVE_0 = {"multiply_plain", "multiply_relinearise", "rescale", "drop"}
EVERYWHERE = {
    *("encrypt", "decrypt", "encode", "add", "add_plain", "rotate", "rotate_many", "conjugate"),
    *("serialise_ciphertext", "load_ciphertext"),
}
KINDS = ("public_key", "relinearisation_key", "rotation_keys")


def measured(backend: str, output: Path, *options: str, parameters: str = "round_trip") -> str:
    done = bench(
        "run", "suites/primitives_toy.yaml", "--backend", backend, "--parameters", parameters,
        "--output", str(output), *options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def by_place(record: dict[str, Any]) -> dict[tuple[str, int | None], dict[str, Any]]:
    return {(one["name"], one["level"]): one for one in record["latency"]["primitives"]}


def test_every_primitive_at_every_level(backend: str, tmp_path: Path) -> None:
    assert backend in measured(backend, tmp_path)
    (record,) = exported(tmp_path)
    assert record["status"] == "ok"
    _check_primitives(record, backend)
    _check_unsupported(record, backend)
    assert not list(tmp_path.glob("*/*/.parties-*"))


def _check_unsupported(record: dict[str, Any], backend: str) -> None:
    """What this library lacks at a set without a bootstrap is in the record, and why."""
    reasons = {one["name"]: one["reason"] for one in record["latency"]["unsupported"]}
    assert "bootstrap" in reasons.pop("bootstrap")
    keys = {f"{what}_{kind}" for what in ("generate", "serialise") for kind in KINDS}
    keys |= {f"load_{kind}" for kind in KINDS[1:]}
    lacking = keys if backend == "cleartext" else set()  # the simulator has no keys
    assert set(reasons) == lacking
    assert all("make_keys" in reason for reason in reasons.values())
    assert not {name for name, _ in by_place(record)} & {"bootstrap", *lacking}


def _check_primitives(record: dict[str, Any], backend: str) -> None:
    found = by_place(record)
    for level in range(DEPTH + 1):
        names = {name for name, at in found if at == level}
        assert names == EVERYWHERE | (ABOVE_0 if level else set())
    for one in found.values():
        assert len(one["samples_s"]) == one["count"] == REPETITIONS
        assert one["s"] == pytest.approx(sum(one["samples_s"]))
        assert min(one["samples_s"]) > 0
    assert record["latency"]["evaluate_s"] is None
    assert record["ladder"]["encrypted"] is record["ladder"]["precision_bits"] is None
    assert record["memory"]["evaluator_peak_bytes"] > 10_000_000
    if backend == "cleartext":  # exact, and without keys
        return
    assert all(
        one["mean_precision_bits"] > one["precision_bits"] > 14
        for (name, level), one in found.items()
        if level is not None and not name.startswith("serialise")
    )
    for kind in KINDS:
        assert found[f"generate_{kind}", None]["bytes"] == found[f"serialise_{kind}", None]["bytes"] > 10_000
    for kind in KINDS[1:]:
        assert found[f"load_{kind}", None]["bytes"] > 10_000
    assert found["encrypt", 3]["bytes"] > found["encrypt", 0]["bytes"] > 10_000
    assert record["security"]["secure"] is False


def test_a_bootstrap_is_measured_where_there_is_one(backend: str, tmp_path: Path) -> None:
    """It alone: the other primitives are measured at fewer levels above."""
    suite = yaml.safe_load((ROOT / "suites" / "primitives_toy.yaml").read_text())
    suite["cases"][0]["primitives"]["only"] = ["bootstrap"]
    alone = tmp_path / "alone.yaml"
    alone.write_text(yaml.safe_dump(suite))
    output = tmp_path / "results"
    done = bench(
        "run", str(alone), "--backend", backend, "--parameters", "bootstrap", "--output", str(output)
    )
    (record,) = exported(output)
    if record["status"] == "unsupported":
        assert done.returncode == 1
        assert "bootstrap" in record["reason"]
        return
    assert done.returncode == 0, done.stdout + done.stderr
    bootstraps = [one for (name, _), one in by_place(record).items() if name == "bootstrap"]
    assert [(one["level"], one["result_level"], one["failures"]) for one in bootstraps] == [(1, 4, 0)]
    assert "bootstrap" not in [one["name"] for one in record["latency"]["unsupported"] or []]
    if backend != "cleartext":
        assert bootstraps[0]["precision_bits"] > 12


def test_kinds_of_bootstrap_are_compared_in_a_table(backend: str, tmp_path: Path) -> None:
    """Each kind enters and returns at its own levels, and the table is exported from the records."""
    names = ("slots_first", "usual_twice", "usual_slots8")
    sets = [argument for name in names for argument in ("--parameters", name)]
    done = bench("run", "bootstrap_toy", "--backend", backend, *sets, "--output", str(tmp_path))
    if backend not in ("openfhe", "cleartext"):
        assert done.returncode == 1
        records = exported(tmp_path)
        assert [record["status"] for record in records] == ["unsupported"] * 3
        assert all("bootstrap" in record["reason"] for record in records)
        return
    assert done.returncode == 0, done.stdout + done.stderr
    exported_table = bench("export", str(tmp_path), "--format", "bootstraps").stdout
    headings, _, slots_first, twice, few = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in exported_table.splitlines()
    )
    of_slots_first, of_twice, of_few = (
        dict(zip(headings, row, strict=True)) for row in (slots_first, twice, few)
    )
    assert of_slots_first["kind"] == "slots to coefficients first"
    assert (of_slots_first["correction factor"], of_slots_first["slots"]) == ("the library's", "1024")
    assert (of_slots_first["enters → returns"], of_slots_first["usable levels"]) == ("3 → 6", "3")
    assert (of_twice["iterations"], of_twice["enters → returns"]) == ("2", "1 → 3")
    assert (of_few["slots"], of_few["enters → returns"]) == ("256", "1 → 4")
    assert of_slots_first["failures"] == of_twice["failures"] == of_few["failures"] == "0 of 4"
    if backend == "openfhe":
        assert float(of_slots_first["largest error (bits)"]) > 13
        assert float(of_twice["largest error (bits)"]) > 29
        assert float(of_few["largest error (bits)"]) > 13
        assert of_slots_first["bootstrap keys"].endswith(" MB")
