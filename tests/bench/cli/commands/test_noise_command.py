"""`bench noise`: told against measured on the screen, and shipped where each backend declares it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from backends.noise.traits import Traits
from backends.registry import get
from bench.cli.commands.noise import noise
from bench.errors import UserError
from reports.costs import Primitive
from reports.record import Record
from tests.bench.kept import store
from tests.reports.html.records import measured


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "noise.json"
    found = {"tenseal": replace(get("tenseal"), noise=Traits(divides_fresh=True, figures=path))}
    monkeypatch.setattr("bench.cli.commands.noise.available", lambda: found)
    return path


def encrypted(backend: str) -> Record:
    """A record with the bits of one primitive."""
    record = measured(0.02, backend=backend)
    entry = Primitive(name="encrypt", level=8, count=1, s=1.0, precision_bits=25.7, mean_precision_bits=29.1)
    return record.model_copy(update={"latency": record.latency.model_copy(update={"primitives": [entry]})})


def test_records_are_held_and_shipped(tmp_path: Path, shipped: Path) -> None:
    store(tmp_path / "results", encrypted("tenseal"), encrypted("pyfhel"))
    done = CliRunner().invoke(noise, [str(tmp_path / "results")], catch_exceptions=False)
    assert f"{shipped}: 1 primitives" in done.stdout
    (held,) = json.loads(shipped.read_text())["held"]
    assert (held["primitive"], held["measured"]) == ("encrypt", 29.1)
    assert held["told"] == pytest.approx(29.1, abs=0.3)


def test_records_without_bits_are_refused(tmp_path: Path, shipped: Path) -> None:
    store(tmp_path / "results", encrypted("pyfhel"))
    with pytest.raises(UserError, match="no record of primitives with bits"):
        CliRunner().invoke(noise, [str(tmp_path / "results")], catch_exceptions=False)
    assert not shipped.exists()
