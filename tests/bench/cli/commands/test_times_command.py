"""`bench times`: what records measured goes where each backend's times are declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from backends.registry import get
from bench.cli.commands.times import times
from bench.errors import UserError
from bench.run.prediction.figures import Figures
from reports.record import Record
from reports.store import RECORDS
from tests.bench.kept import store
from tests.reports.html.records import made, measured

ROTATE_S = 0.02


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where TenSEAL's times would be, and no other backend's."""
    path = tmp_path / "times.json"
    found = {"tenseal": replace(get("tenseal"), times=path), "pyfhel": replace(get("pyfhel"), times=None)}
    monkeypatch.setattr("bench.cli.commands.times.available", lambda: found)
    return path


def primitives(backend: str) -> Record:
    return measured(ROTATE_S, backend=backend)


def test_records_become_the_times_of_their_backend(tmp_path: Path, shipped: Path) -> None:
    """A line that is refused is named, and the others are used."""
    run = store(tmp_path / "results", primitives("tenseal"), primitives("tenseal"), primitives("pyfhel"))
    with (run.folder / RECORDS).open("a") as file:
        file.write("{}\n")
    done = CliRunner().invoke(times, [str(tmp_path / "results"), "--write"], catch_exceptions=False)
    assert f"{shipped}: 2 records of" in done.stdout
    assert "nothing was written" not in done.stdout
    assert f"{RECORDS}:4: " in done.stderr
    figures = Figures.read(shipped)
    assert figures.cpu == made().environment.cpu
    assert len(figures.measured) == 2
    rotations = [entry for entry in figures.measured[0].entries if entry.name == "rotate"]
    assert [(one.level, one.calls, one.seconds) for one in rotations] == [(8, 1, ROTATE_S), (7, 1, ROTATE_S)]


def test_what_is_shipped_stays_until_it_is_asked_for(tmp_path: Path, shipped: Path) -> None:
    """And what would be lost is told."""
    results = tmp_path / "my results"
    store(results, primitives("tenseal"))
    there = Figures("another processor", date(2026, 11, 1), "unknown", ())
    there.write(shipped)
    before = shipped.read_text()
    told = CliRunner().invoke(times, [str(results)], catch_exceptions=False).stdout.splitlines()
    assert told[0].startswith(f"{shipped}: 1 record of {made().environment.cpu} (")
    assert told[0].endswith(", in place of 0 records of another processor (2026-11-01)")
    assert told[1] == f"nothing was written; next: bench times '{results}' --write, to ship it"
    assert shipped.read_text() == before
    CliRunner().invoke(times, [str(results), "--write"], catch_exceptions=False)
    assert Figures.read(shipped).cpu == made().environment.cpu


def test_records_of_no_backend_that_ships_times_are_refused(tmp_path: Path, shipped: Path) -> None:
    store(tmp_path / "results", primitives("pyfhel"))
    with pytest.raises(UserError, match="no record of a backend that ships times"):
        CliRunner().invoke(times, [str(tmp_path / "results")], catch_exceptions=False)
    assert not shipped.exists()
