"""`bench verify` finds what cannot be believed, and `bench clean` puts away what is no record."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from reports.cleaning import REFUSED
from reports.identity import canonical_json, digest
from reports.lines import Line, encode
from reports.store import PART, RECORDS, Run, Stored, load_output, read_raw
from tests.bench.commands import bench, toy


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the toy suite on the simulator."""
    folder = tmp_path_factory.mktemp("made")
    suite = toy(folder)
    bench(
        "run", suite, "--backend", "cleartext", "--parameters", "round_trip", "--samples", "4",
        "--output", str(folder / "results"),
    )  # fmt: skip
    return folder / "results"


@pytest.fixture
def results(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "results")
    return tmp_path / "results"


def only(results: Path) -> Stored:
    (stored,) = load_output(results).stored
    return stored


def test_what_was_measured_can_be_believed(results: Path) -> None:
    assert "wrong 0" in bench("verify", str(results))


def test_raw_outputs_that_are_others(results: Path) -> None:
    raw = only(results).raw
    assert raw is not None
    raw.write_bytes(raw.read_bytes()[:-1])
    assert "does not match the digest in its record" in bench("verify", str(results), status=1)


def rewrite(stored: Stored, ladder: dict[str, object]) -> None:
    """A record that says something else, under a digest that is right."""
    record = stored.record.model_copy(update={"ladder": stored.record.ladder.model_copy(update=ladder)})
    assert stored.raw is not None
    line = encode(Line(record, stored.raw.name, stored.raw_sha256))
    (stored.raw.parent / RECORDS).write_text(line + "\n")


@pytest.mark.parametrize(
    ("name", "value"), [("encrypted", 1.0), ("precision_bits", 99.0), ("polynomial", None)]
)
def test_a_metric_that_its_raw_outputs_do_not_give(results: Path, name: str, value: float | None) -> None:
    stored = only(results)
    if getattr(stored.record.ladder, name) == value:
        value = 0.0
    rewrite(stored, {name: value})
    shown = bench("verify", str(results), status=1)
    assert f"ladder.{name} is {value}, and its raw outputs give" in shown


def test_logits_that_were_exchanged(results: Path) -> None:
    """Under a digest of the new file: the metrics tell."""
    stored = only(results)
    raw = dict(read_raw(stored))
    raw["logits_encrypted"] = np.roll(raw["logits_encrypted"], 1, axis=0)
    assert stored.raw is not None
    np.savez_compressed(stored.raw.open("wb"), **raw)
    digest = hashlib.sha256(stored.raw.read_bytes()).hexdigest()
    (stored.raw.parent / RECORDS).write_text(encode(Line(stored.record, stored.raw.name, digest)) + "\n")
    assert "ladder.precision_bits is" in bench("verify", str(results), status=1)


def test_a_torn_line_is_put_away_and_the_records_stay(results: Path) -> None:
    path = only(results).raw
    assert path is not None
    records = path.parent / RECORDS
    whole = records.read_bytes()
    torn = whole[: len(whole) // 2]
    records.write_bytes(torn + b"\n" + whole + torn)
    bench("export", str(results), status=1)
    said = bench("clean", str(results), "--dry-run")
    assert "damaged lines: 2" in said
    bench("export", str(results), status=1)
    bench("clean", str(results))
    assert len(json.loads(bench("export", str(results)))) == 1
    assert (path.parent / REFUSED).read_bytes() == torn + b"\n" + torn + b"\n"
    assert "nothing was left" in bench("clean", str(results))


def test_a_torn_line_that_was_put_away_takes_no_record_that_follows(results: Path) -> None:
    stored = only(results)
    assert stored.raw is not None
    records = stored.raw.parent / RECORDS
    line = records.read_bytes()
    records.write_bytes(line + line[:50])
    bench("clean", str(results))
    Run(stored.raw.parent).append(stored.record)
    assert len(load_output(results).stored) == 2
    assert not load_output(results).refused


def test_sound_lines_that_this_version_or_this_clock_refuses_stay(results: Path) -> None:
    stored = only(results)
    assert stored.raw is not None
    records = stored.raw.parent / RECORDS
    body = json.loads(records.read_text())
    del body["sha256"]
    newer = body | {"schema": 99}
    ahead = stored.record.model_copy(update={"started_at": datetime.now(timezone.utc) + timedelta(days=2)})
    lines = [canonical_json({**newer, "sha256": digest(newer)}), encode(Line(ahead, None, None))]
    records.write_text("".join(f"{line}\n" for line in lines))
    assert "nothing was left" in bench("clean", str(results))
    assert records.read_text().splitlines() == lines


def test_what_was_being_written_is_removed(results: Path) -> None:
    part = next(results.iterdir()) / f"digits.cleartext.0123{PART}"
    part.write_bytes(b"half")
    bench("clean", str(results))
    assert not part.exists()
