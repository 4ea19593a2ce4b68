"""`bench noise`: told against measured on the screen, and shipped where each backend declares it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from backends.noise.traits import Traits
from backends.registry import available, get
from bench.cli.commands.noise import noise
from bench.errors import UserError
from bench.run.prediction.noise import Figures
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
    done = CliRunner().invoke(noise, [str(tmp_path / "results"), "--write"], catch_exceptions=False)
    assert f"{shipped}: 1 primitive (" in done.stdout
    (held,) = json.loads(shipped.read_text())["held"]
    assert (held["primitive"], held["measured"]) == ("encrypt", 29.1)
    assert held["told"] == pytest.approx(29.1, abs=0.3)


def test_what_is_shipped_stays_until_it_is_asked_for(tmp_path: Path, shipped: Path) -> None:
    """Records without a bootstrap tell no factor of it, and that which was measured before is kept."""
    store(tmp_path / "results", encrypted("tenseal"))
    before = Figures("2026-11-01", "unknown", {"tenseal": "0.3"}, {"12": 1.5}, ())
    before.write(shipped)
    told = CliRunner().invoke(noise, [str(tmp_path / "results")], catch_exceptions=False).stdout.splitlines()
    assert any("/ 29.1" in line for line in told)
    assert told[-2].endswith(
        "in place of 0 primitives (2026-11-01), the factors of bootstraps by ring 2^12: 1.5"
    )
    assert told[-1].startswith("nothing was written; next: bench noise ")
    assert Figures.shipped(shipped) == before
    CliRunner().invoke(noise, [str(tmp_path / "results"), "--write"], catch_exceptions=False)
    now = Figures.shipped(shipped)
    assert now is not None
    assert (len(now.held), now.reduction) == (1, {"12": 1.5})


@pytest.mark.parametrize("name", [name for name, one in available().items() if one.noise is not None])
def test_what_backends_ship_is_what_is_written(tmp_path: Path, name: str) -> None:
    noise = get(name).noise
    assert noise is not None
    assert noise.figures is not None
    figures = Figures.shipped(noise.figures)
    assert figures is not None
    figures.write(tmp_path / "noise.json")
    assert (tmp_path / "noise.json").read_text() == noise.figures.read_text()


def test_records_without_bits_are_refused(tmp_path: Path, shipped: Path) -> None:
    store(tmp_path / "results", encrypted("pyfhel"))
    with pytest.raises(UserError, match="no record of primitives with bits"):
        CliRunner().invoke(noise, [str(tmp_path / "results")], catch_exceptions=False)
    assert not shipped.exists()
