"""The store: nothing overwritten, nothing half-written taken for a record."""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.errors import ReportError
from reports.identity import canonical_json, digest
from reports.lines import DAMAGED
from reports.record import SCHEMA, Record, Status
from reports.store import (
    RECORDS,
    Run,
    all_finished,
    create_run,
    kept_of,
    load_output,
    load_run,
    read_raw,
    records_of,
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return create_run(tmp_path / "results")


def of(run: Run, record: Record, key: str = "ab" * 32, status: Status = Status.OK) -> Record:
    reason = None if status is Status.OK else "the labels differ"
    return record.model_copy(update={"run_id": run.run_id, "key": key, "status": status, "reason": reason})


def test_records_and_raw_outputs_come_back(run: Run, record: Record) -> None:
    raw = {"encrypted": np.arange(6.0).reshape(2, 3), "sample_ids": np.array([4, 7])}
    run.append(of(run, record), raw)
    run.append(of(run, record, "cd" * 32, Status.FAILED))
    loaded = load_run(run.folder)
    assert not loaded.refused
    assert [stored.record for stored in loaded.stored] == [
        of(run, record),
        of(run, record, "cd" * 32, Status.FAILED),
    ]
    arrays = read_raw(loaded.stored[0])
    assert arrays.keys() == raw.keys()
    np.testing.assert_array_equal(arrays["encrypted"], raw["encrypted"])
    with pytest.raises(ReportError, match="no raw outputs"):
        read_raw(loaded.stored[1])
    assert not list(run.folder.glob("*.part"))


def test_a_line_cut_off_is_refused_by_name_and_the_others_load(run: Run, record: Record) -> None:
    for key in ("aa", "bb"):
        run.append(of(run, record, key * 32))
    path = run.folder / RECORDS
    path.write_bytes(path.read_bytes()[:-100])
    loaded = load_run(run.folder)
    assert [stored.record.key for stored in loaded.stored] == ["aa" * 32]
    assert loaded.refused == [f"{path}:2: the line is cut off or damaged; run the cell again"]
    run.append(of(run, record, "cc" * 32))  # the half line does not swallow the next record
    loaded = load_run(run.folder)
    assert [stored.record.key for stored in loaded.stored] == ["aa" * 32, "cc" * 32]
    assert len(loaded.refused) == 1


def test_a_changed_figure_is_refused(run: Run, record: Record) -> None:
    run.append(of(run, record))
    path = run.folder / RECORDS
    path.write_text(path.read_text().replace('"precision_bits":15.5', '"precision_bits":25.5'))
    loaded = load_run(run.folder)
    assert not loaded.stored
    assert "does not match its digest" in loaded.refused[0]


def test_a_changed_raw_output_is_refused(run: Run, record: Record) -> None:
    stored = run.append(of(run, record), {"encrypted": np.ones(3)})
    assert stored.raw is not None
    payload = bytearray(stored.raw.read_bytes())
    payload[-30] ^= 1
    stored.raw.write_bytes(payload)
    with pytest.raises(ReportError, match="does not match the digest"):
        read_raw(stored)
    stored.raw.unlink()
    with pytest.raises(ReportError, match="cannot be read"):
        read_raw(stored)


def test_nothing_is_overwritten(run: Run, record: Record) -> None:
    """Another process of the same cell keeps what it made beside the first one's."""
    first = run.append(of(run, record), {"encrypted": np.ones(3)})
    before = (run.folder / RECORDS).read_bytes()
    second = run.append(of(run, record), {"encrypted": np.zeros(3)})
    assert (run.folder / RECORDS).read_bytes().startswith(before)
    assert read_raw(first)["encrypted"].tolist() == [1, 1, 1]
    assert read_raw(second)["encrypted"].tolist() == [0, 0, 0]
    assert create_run(run.folder.parent).folder != run.folder


def test_a_full_disk_leaves_no_half_line(run: Run, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    run.append(of(run, record, "aa" * 32))
    before = (run.folder / RECORDS).read_bytes()
    write = os.write
    monkeypatch.setattr("os.write", lambda descriptor, payload: write(descriptor, payload[:50]))
    with pytest.raises(ReportError, match="free some disk space"):
        run.append(of(run, record, "bb" * 32))
    assert (run.folder / RECORDS).read_bytes() == before


def test_a_record_of_another_run_is_refused(run: Run, record: Record) -> None:
    with pytest.raises(ReportError, match="append it there"):
        run.append(record)


def line(written: Record, /, **changes: Any) -> bytes:
    """A line of a store with other names, under a digest that holds."""
    body = {"schema": SCHEMA, "record": json.loads(written.to_json()), "raw": None, "raw_sha256": None}
    body = {name: value for name, value in {**body, **changes}.items() if value != "left out"}
    return canonical_json({**body, "sha256": digest(body)}).encode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 3}, "the record has schema 3, this version reads 1 to 2; use the version that wrote it"),
        ({"schema": 3, "raw": "left out"}, "the record has schema 3, this version reads 1 to 2"),
        ({"raw": 5}, DAMAGED),
        ({"raw": "../elsewhere.npz", "raw_sha256": "ab"}, DAMAGED),
        ({"raw": "a.npz"}, DAMAGED),
        ({"raw_sha256": "left out"}, DAMAGED),
        ({"record": "left out"}, DAMAGED),
        ({"record": []}, "the record breaks the schema"),
    ],
)
def test_a_line_that_is_odd_under_its_own_digest_is_refused_by_name(
    run: Run, record: Record, changes: dict[str, Any], said: str
) -> None:
    written = of(run, record)
    run.append(written)
    path = run.folder / RECORDS
    path.write_bytes(path.read_bytes() + line(written, **changes) + b"\n")
    loaded = load_run(run.folder)
    assert [stored.record for stored in loaded.stored] == [written]
    (refused,) = loaded.refused
    assert refused.startswith(f"{path}:2: {said}")


def test_a_record_that_is_dated_ahead_is_refused_and_never_the_newest(run: Run, record: Record) -> None:
    """A clock that was wrong for an hour once decided what every later run was held to."""
    run.append(of(run, record))
    now = datetime.now(timezone.utc)
    for ahead in (timedelta(minutes=5), timedelta(days=365)):
        run.append(of(run, record).model_copy(update={"started_at": now + ahead}))
    loaded = kept_of(run.folder.parent, record.cell)
    assert [one.record.started_at for one in loaded.stored] == [now + timedelta(minutes=5), record.started_at]
    (refused,) = loaded.refused
    assert f"{run.folder / RECORDS}:3: it is dated {now.year + 1}-" in refused
    assert refused.endswith("which is still to come; set the clock right and run the cell again")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"ct_pt":2048', b'"ct_pt":NaN', "record.counts.ct_pt is NaN and not a finite number"),
        (b'"ct_pt":2048', b'"ct_pt":2048,"ct_pt":1', "record.counts.ct_pt appears twice"),
    ],
)
def test_what_json_takes_and_no_record_holds_is_told_with_its_place(
    run: Run, record: Record, old: bytes, new: bytes, said: str
) -> None:
    run.append(of(run, record))
    path = run.folder / RECORDS
    path.write_bytes(path.read_bytes().replace(old, new))
    assert load_run(run.folder).refused == [f"{path}:1: {said}; run the cell again"]


def test_a_line_as_it_was_written_is_held_against_its_digest_byte_for_byte(
    run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is most of the time of a report; a line in any other spelling says the same."""
    run.append(of(run, record), {"encrypted": np.ones(3)})
    path = run.folder / RECORDS
    spelt = json.dumps(json.loads(path.read_bytes()), indent=None, separators=(", ", ": "))
    with monkeypatch.context() as patched:
        patched.setattr("reports.lines._as_meant", None)
        written = load_run(run.folder)
    path.write_text(spelt + "\n")
    assert load_run(run.folder) == written
    assert len(written.stored) == 1


def test_a_line_nested_too_deep_costs_no_other_line(run: Run, record: Record) -> None:
    run.append(of(run, record))
    path = run.folder / RECORDS
    path.write_bytes(b'{"schema":' + b"[" * 100_000 + b"\n" + path.read_bytes())
    loaded = load_run(run.folder)
    assert len(loaded.stored) == 1
    assert loaded.refused == [f"{path}:1: {DAMAGED}"]


def test_a_record_of_another_run_is_refused_where_it_was_copied_to(tmp_path: Path, record: Record) -> None:
    """`cat` of two stores into one: what is in both would count as two processes."""
    one, other = create_run(tmp_path), create_run(tmp_path)
    one.append(of(one, record))
    other.append(of(other, record))
    path = other.folder / RECORDS
    path.write_bytes(path.read_bytes() + (one.folder / RECORDS).read_bytes())
    loaded = load_output(tmp_path)
    assert sorted(stored.record.run_id for stored in loaded.stored) == sorted([one.run_id, other.run_id])
    (refused,) = loaded.refused
    assert f"{path}:2: the record is of run '{one.run_id}', not of '{other.run_id}'" in refused


def test_a_run_is_known_by_its_folder_wherever_one_stands(
    run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.append(of(run, record))
    monkeypatch.chdir(run.folder)
    assert len(load_output(Path()).stored) == 1


def test_a_run_that_cannot_be_read_is_refused_and_the_others_load(run: Run, record: Record) -> None:
    run.append(of(run, record))
    output = run.folder.parent
    (output / "broken" / RECORDS).mkdir(parents=True)
    loaded = load_output(output)
    assert len(loaded.stored) == 1
    (refused,) = loaded.refused
    assert refused.startswith(f"{output / 'broken' / RECORDS} cannot be read")
    assert len(all_finished(records_of(output, record.cell), "ab" * 32)) == 1


def test_resuming_finds_the_finished_records_of_a_key_newest_first(tmp_path: Path, record: Record) -> None:
    output = tmp_path / "results"
    older, newer = Run(output / "20260101T000000Z-aaaaaa"), Run(output / "20260202T000000Z-bbbbbb")
    for one in (older, newer):
        one.folder.mkdir(parents=True)
    older.append(of(older, record, "aa" * 32))
    newer.append(of(newer, record, "aa" * 32))
    newer.append(of(newer, record, "aa" * 32, Status.FAILED))
    every = all_finished(records_of(output, record.cell), "aa" * 32)
    assert [stored.record.run_id for stored in every] == [newer.run_id, older.run_id]
    assert not all_finished(records_of(output, "another/cell"), "aa" * 32)
    assert not all_finished(records_of(output, record.cell), "cc" * 32)
    assert not all_finished(records_of(tmp_path / "nothing", record.cell), "aa" * 32)


def test_what_another_build_ran_since_is_no_answer(run: Run, record: Record) -> None:
    """A gate takes a cell's newest key: were the older record the answer, it would judge the other build."""
    output, reverted = run.folder.parent, "aa" * 32
    run.append(of(run, record, reverted))
    later = {"started_at": record.started_at + timedelta(seconds=1)}
    run.append(of(run, record.model_copy(update=later), "bb" * 32))
    assert not all_finished(records_of(output, record.cell), reverted)
    assert len(all_finished(records_of(output, record.cell), "bb" * 32)) == 1


def test_an_output_folder_is_all_its_runs_and_a_run_is_itself(
    run: Run, record: Record, tmp_path: Path
) -> None:
    run.append(of(run, record))
    assert len(load_output(run.folder.parent).stored) == 1
    assert len(load_output(run.folder).stored) == 1
    with pytest.raises(ReportError, match="holds no run"):
        load_output(tmp_path / "nothing")


def test_an_output_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(ReportError, match="choose another --output"):
        create_run(tmp_path / "results")
