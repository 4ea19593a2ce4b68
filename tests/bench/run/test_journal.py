"""A run that was cut off: the same command takes up the batches that it finished, and no others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from click.exceptions import Abort

from bench.parties import digested
from bench.parties.messages import Batch, BatchFigures
from bench.parties.wire import Crossed, Side, announce
from bench.run.exchanges import Computed
from bench.run.journal import JOURNALS, KEY, CellJournal, Entry, journal
from bench.run.program_parties import ProgramParties
from reports.record import Record, Status
from reports.store import load_output, read_raw
from tests.bench.commands import ROOT, bench, changed

CELL = "toy/digits/cleartext/set/0123"
FIGURES = BatchFigures(evaluate_s=1.5, round_trips_s=0.5, layers={"head": 1.5}, counts={"rotations": 4})


def computed(number: float = 1.0) -> Computed:
    probes = {"blocks.0.mlp": np.full((2, 4), number)}
    return Computed(np.full((1, 4), number), FIGURES, 0.25, 100, probes, Crossed(1, 2, 3), "keys")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[CellJournal]:
    with journal(tmp_path, CELL, "key", fresh=False) as found:
        assert found is not None
        yield found


def test_a_batch_comes_out_as_it_went_in(kept: CellJournal) -> None:
    kept.keep("0.0-4", computed())
    found = kept.find("0.0-4")
    assert found is not None
    assert np.array_equal(found.outputs, computed().outputs)
    assert np.array_equal(found.probes["blocks.0.mlp"], computed().probes["blocks.0.mlp"])
    assert (found.figures, found.decrypt_s, found.out_bytes) == (FIGURES, 0.25, 100)
    assert (found.crossed, found.keys) == (Crossed(1, 2, 3), "keys")
    assert kept.find("1.0-4") is None


@pytest.mark.parametrize("name", ["0.0-4.json", "0.0-4.npz"])
@pytest.mark.parametrize("place", [0, 70, 150, -1])
def test_a_damaged_batch_is_none(kept: CellJournal, name: str, place: int) -> None:
    kept.keep("0.0-4", computed())
    path = kept.folder / name
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 1
    path.write_bytes(damaged)
    assert kept.find("0.0-4") is None
    path.write_bytes(bytes(damaged)[: len(damaged) // 2])
    assert kept.find("0.0-4") is None
    path.unlink()
    assert kept.find("0.0-4") is None


def test_a_damaged_key_is_another_one(tmp_path: Path) -> None:
    with journal(tmp_path, CELL, "key", fresh=False) as first:
        assert first is not None
        first.keep("0.0-4", computed())
    (first.folder / KEY).write_bytes(b"k\xffy")
    with journal(tmp_path, CELL, "key", fresh=False) as again:
        assert again is not None
        assert again.find("0.0-4") is None


def test_what_is_no_archive_of_a_batch_under_a_right_digest_is_none(kept: CellJournal) -> None:
    kept.keep("0.0-4", computed())
    path = kept.folder / "0.0-4.npz"
    whole = path.read_bytes()
    entry = digested.read(Entry, kept.folder / "0.0-4.json")
    assert entry is not None
    for content in (whole[: len(whole) // 2], whole.replace(b"outputs", b"outputz"), b"none"):
        path.write_bytes(content)
        damaged = replace(entry, arrays=announce(kept.folder, "arrays", path.name))
        digested.write(kept.folder / "0.0-4.json", damaged)
        assert kept.find("0.0-4") is None


def test_batches_of_two_runs_are_not_taken_for_each_other(kept: CellJournal) -> None:
    kept.keep("0.0-4", computed(1.0))
    kept.keep("0.4-8", computed(2.0))
    (kept.folder / "0.4-8.npz").rename(kept.folder / "0.0-4.npz")
    assert kept.find("0.0-4") is None


def test_a_journal_stays_where_it_holds_batches_and_belongs_to_one_key(tmp_path: Path) -> None:
    def names(key: str, *, fresh: bool = False) -> list[str]:
        with journal(tmp_path, CELL, key, fresh=fresh) as found:
            assert found is not None
            names = [path.name for path in found.folder.glob("*.json")]
            found.keep("0.0-4", computed())
            return names

    assert names("key") == []
    assert names("key") == ["0.0-4.json"]
    assert names("other code") == []
    assert names("other code", fresh=True) == []
    with journal(tmp_path, CELL, "other code", fresh=False) as found:
        assert found is not None
        assert (found.folder / KEY).read_text() == "other code"
        found.forget()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_do_not_share_a_journal(tmp_path: Path) -> None:
    with (
        journal(tmp_path, CELL, "key", fresh=False) as one,
        journal(tmp_path, CELL, "key", fresh=False) as two,
        journal(tmp_path, "another cell", "key", fresh=False) as three,
    ):
        assert one is not None
        assert two is None
        assert three is not None
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_costs_no_evaluation(tmp_path: Path) -> None:
    gone = CellJournal(tmp_path / "gone")
    gone.keep("0.0-4", computed())
    assert gone.find("0.0-4") is None
    (tmp_path / JOURNALS).write_text("in the way")
    with journal(tmp_path, CELL, "key", fresh=False) as found:
        assert found is None


#: Batches of a cell, and how often each is evaluated: long enough to be killed in the middle.
BATCHES, REPEATS = 3, 6


def options(folder: Path, output: str, restarts: int = 0) -> list[str]:
    """A run of a cell on the simulator."""
    suite = changed(
        "layers_toy",
        folder,
        ("samples: 2", f"samples: {64 * BATCHES}\nrepeats: {REPEATS}"),
        ("limits: {", f"limits: {{restarts: {restarts}, "),
    )
    return [
        *("run", suite, "--backend", "cleartext", "--parameters", "portable", "--case", "attention"),
        *("--output", str(folder / output)),
    ]


def run(folder: Path, output: str, *others: str, status: int = 0) -> Record:
    bench(*options(folder, output), *others, status=status)
    return load_output(folder / output).stored[-1].record


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return run(tmp_path_factory.mktemp("undisturbed"), "results")


def exact(record: Record) -> list[object]:
    """What is the same whatever befell the cell."""
    primitives = [(one.name, one.level, one.count, one.calls) for one in record.latency.primitives or []]
    assert record.latency.runs is not None
    return [record.counts, record.wire, record.ladder, len(record.latency.runs), primitives]


def test_a_run_that_was_killed_goes_on_from_its_finished_batches(
    tmp_path: Path, undisturbed: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", *options(tmp_path, "results")], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    batches = set[str]()
    while process.poll() is None and len(batches) < 2:
        batches = {path.stem for path in tmp_path.glob(f"results/{JOURNALS}/*/*.json")}
        sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = {path.stem for path in tmp_path.glob(f"results/{JOURNALS}/*/*.json")}
    assert {"0.0-64", "0.64-128"} <= finished
    made: list[int] = []
    compute = ProgramParties._computed

    def counted(self: ProgramParties, number: int, batch: Batch, stage: str, *, last: bool) -> Computed:
        made.append(number)
        return compute(self, number, batch, stage, last=last)

    monkeypatch.setattr(ProgramParties, "_computed", counted)
    record = run(tmp_path, "results")
    assert len(made) == REPEATS * BATCHES - len(finished)
    assert record.survival is not None
    assert record.survival.journalled_batches == len(finished)
    assert record.disturbed
    assert exact(record) == exact(undisturbed)
    assert not (tmp_path / "results" / JOURNALS).exists()
    raw = read_raw(load_output(tmp_path / "results").stored[-1])
    assert all(np.array_equal(raw["logits_encrypted"], one) for one in raw["logits_encrypted_repeated"])


def interrupt(number: int) -> object:
    """Computing batches, until one is asked for that is not made."""
    compute, left = ProgramParties._computed, [number]

    def counted(self: ProgramParties, number: int, batch: Batch, stage: str, *, last: bool) -> Computed:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return compute(self, number, batch, stage, last=last)

    return counted


def test_an_interrupted_cell_is_finished_and_fresh_begins_it_anew(
    tmp_path: Path, undisturbed: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ProgramParties, "_computed", interrupt(4))
        with pytest.raises(Abort):
            bench(*options(tmp_path, "results"))
    results = tmp_path / "results"
    assert load_output(results).stored[-1].record.status is Status.INTERRUPTED
    (folder,) = (results / JOURNALS).iterdir()
    assert len(list(folder.glob("*.json"))) == 4
    assert "batches of a cell that was not finished" in bench("clean", str(results), "--dry-run")
    record = run(tmp_path, "results", "--fresh")
    assert record.survival is None
    assert exact(record) == exact(undisturbed)


@pytest.mark.parametrize("side", ["key_owner", "evaluator"])
def test_parties_begin_anew_with_what_was_finished(
    side: Side, tmp_path: Path, undisturbed: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The death of the key owner takes its keys along; that of the evaluator takes nothing."""
    compute = ProgramParties._computed
    asked: list[int] = []

    def deadly(self: ProgramParties, number: int, batch: Batch, stage: str, *, last: bool) -> Computed:
        asked.append(number)
        if len(asked) == 5:
            os.kill(self.session.parties[side].pid, signal.SIGKILL)
        return compute(self, number, batch, stage, last=last)

    monkeypatch.setattr(ProgramParties, "_computed", deadly)
    assert "started again, 1 of 1 times" in bench(*options(tmp_path, "results", restarts=1))
    record = load_output(tmp_path / "results").stored[-1].record
    assert record.survival is not None
    assert record.survival.restarts == 1
    assert record.survival.journalled_batches == (4 if side == "key_owner" else 0)
    assert len(asked) == BATCHES * REPEATS + (side == "key_owner")
    assert exact(record) == exact(undisturbed)
    assert not (tmp_path / "results" / JOURNALS).exists()


def test_clean_removes_what_was_not_finished(tmp_path: Path) -> None:
    with journal(tmp_path, CELL, "key", fresh=False) as found:
        assert found is not None
        found.keep("0.0-4", computed())
        assert "nothing was left" in bench("clean", str(tmp_path))  # it is in use
    bench("clean", str(tmp_path))
    assert list((tmp_path / JOURNALS).iterdir()) == []
