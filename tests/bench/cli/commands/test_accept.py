"""`bench accept`: the baseline takes the records, and the reason is kept."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bench.cli.commands.accept import accept
from bench.errors import UserError
from reports.baseline import read_records
from reports.errors import ReportError
from reports.export import to_json
from reports.record import Record
from tests.bench.kept import a_record, store

OTHER = {
    "case": "letters",
    "cell": "vit_tiny/letters/tenseal/n14_first48_scale40_depth8_digits9/0123456789ab",
}


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "baseline.json"
    path.write_text(to_json([a_record(), a_record(**OTHER)]))
    return path


def accepted(tmp_path: Path, baseline: Path, *options: str, reason: str = "fewer rotations") -> str:
    arguments = [str(tmp_path / "results"), "--baseline", str(baseline), "--reason", reason, *options]
    result = CliRunner().invoke(accept, arguments, catch_exceptions=False, standalone_mode=False)
    assert result.return_value == 0
    return result.output


def reasons(baseline: Path) -> list[dict[str, Any]]:
    lines = baseline.with_name("baseline.reasons.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def by_case(baseline: Path) -> dict[str, Record]:
    return {record.case: record for record in read_records(baseline)}


def test_an_improvement_is_taken_and_its_reason_kept(tmp_path: Path, baseline: Path) -> None:
    store(tmp_path / "results", a_record(counts__rotations=1100))
    text = accepted(tmp_path, baseline)
    assert "  better: rotations 1200 → 1100" in text
    assert "the reason is in" in text
    records = by_case(baseline)
    assert records["digits"].counts.rotations == 1100
    assert records["letters"] == a_record(**OTHER)
    (kept,) = reasons(baseline)
    assert kept["reason"] == "fewer rotations"
    assert kept["changes"] == {a_record().cell: ["better: rotations 1200 → 1100"]}
    assert kept["commit"] == "0" * 40
    store(tmp_path / "results", a_record(counts__rotations=1050), build=1)
    accepted(tmp_path, baseline, reason="fewer still")
    assert [one["reason"] for one in reasons(baseline)] == ["fewer rotations", "fewer still"]


def test_a_loss_can_be_accepted_with_a_reason(tmp_path: Path, baseline: Path) -> None:
    store(tmp_path / "results", a_record(counts__rotations=1300))
    assert "  worse: rotations 1200 → 1300" in accepted(tmp_path, baseline)


def test_cells_that_are_new_or_dropped(tmp_path: Path, baseline: Path) -> None:
    new = {"case": "words", "cell": OTHER["cell"].replace("letters", "words")}
    store(tmp_path / "results", a_record(), a_record(**new))
    assert "new: the cell – → ok" in accepted(tmp_path, baseline)
    assert set(by_case(baseline)) == {"digits", "letters", "words"}
    text = accepted(tmp_path, baseline, "--drop-missing")
    assert "worse: the cell ok → –" in text
    assert set(by_case(baseline)) == {"digits", "words"}


def test_where_nothing_differs_nothing_is_written(tmp_path: Path, baseline: Path) -> None:
    before = baseline.read_bytes()
    store(tmp_path / "results", a_record(latency__keygen_s=99.0, ladder__precision_bits=15.2))
    assert "nothing differs" in accepted(tmp_path, baseline)
    assert baseline.read_bytes() == before
    assert not baseline.with_name("baseline.reasons.jsonl").exists()


def test_what_failed_is_no_baseline(tmp_path: Path, baseline: Path) -> None:
    before = baseline.read_bytes()
    store(tmp_path / "results", a_record(status="failed", reason="the result is wrong"))
    with pytest.raises(ReportError, match=r"failed \(the result is wrong\); accept what did not fail"):
        accepted(tmp_path, baseline)
    assert baseline.read_bytes() == before


def test_what_a_library_cannot_do_is(tmp_path: Path, baseline: Path) -> None:
    store(tmp_path / "results", a_record(status="unsupported", reason="no bootstrap"))
    assert "worse: status ok → unsupported" in accepted(tmp_path, baseline)


def test_a_reason_and_a_baseline_are_needed(tmp_path: Path, baseline: Path) -> None:
    store(tmp_path / "results", a_record(counts__rotations=1100))
    with pytest.raises(UserError, match="--reason is empty"):
        accepted(tmp_path, baseline, reason="  ")
    with pytest.raises(ReportError, match="cannot be read"):
        accepted(tmp_path, tmp_path / "none.json")


def test_what_the_baseline_did_not_measure_and_another_machine_are_taken(tmp_path: Path) -> None:
    """Else nothing would ever hold a new measure, and no baseline could move to another machine."""
    baseline = tmp_path / "baseline.json"
    baseline.write_text(to_json([a_record(wire__messages=None, environment__cpu="an older one")]))
    store(tmp_path / "results", a_record())
    text = accepted(tmp_path, baseline, reason="moved")
    assert "  newly measured: messages – → 14" in text
    assert "  measured on another cpu: an older one and a processor" in text
    assert read_records(baseline)[0].wire.messages == 14


def test_the_rules_decide_what_a_change_is(tmp_path: Path, baseline: Path) -> None:
    """What a strict gate fails must be possible to accept."""
    store(tmp_path / "results", a_record(memory__rotation_keys_bytes=804_000_000))
    assert "nothing differs" in accepted(tmp_path, baseline)
    rules = tmp_path / "rules.yaml"
    rules.write_text("size: {ratio: 1.001}\n")
    assert "worse: rotation keys' size" in accepted(tmp_path, baseline, "--rules", str(rules))


def test_damaged_raw_outputs_are_not_accepted(tmp_path: Path, baseline: Path) -> None:
    run = store(tmp_path / "results")
    kept = run.append(
        a_record(counts__rotations=1100, run_id=run.run_id), {"logits_encrypted": np.zeros((2, 3))}
    )
    assert kept.raw is not None
    kept.raw.write_bytes(b"other")
    with pytest.raises(ReportError, match="does not match the digest in its record"):
        accepted(tmp_path, baseline)


@pytest.mark.parametrize("reason", ["two\nlines", "\udcff bad"])
def test_a_reason_is_a_line_that_can_be_read(tmp_path: Path, baseline: Path, reason: str) -> None:
    store(tmp_path / "results", a_record(counts__rotations=1100))
    with pytest.raises(UserError, match="--reason holds signs that no reader sees"):
        accepted(tmp_path, baseline, reason=reason)


def test_damaged_lines_are_not_accepted(tmp_path: Path, baseline: Path) -> None:
    run = store(tmp_path / "results", a_record(counts__rotations=1100))
    with (run.folder / "records.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(ReportError, match=r"records\.jsonl:2: the line is cut off"):
        accepted(tmp_path, baseline)
