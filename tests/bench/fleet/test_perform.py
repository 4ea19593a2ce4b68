"""A task runs in a process of its own, which ends when nobody wants it any more."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from backends.registry import available
from bench.fleet.cells import Cells
from bench.fleet.perform import perform
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from tests.bench.commands import ROOT


def test_a_task_that_nobody_wants_leaves_neither_process_nor_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    suite = load_suite(str(ROOT / "suites" / "toy.yaml"), sorted(available()))
    cells = expand(suite, ["cleartext"], ["round_trip"], samples=4)
    delivery = perform(
        Cells(cells=tuple(cells), probes=False, audit=False, build="default"), wanted=lambda: False
    )
    assert delivery.outcomes == []
    assert delivery.cut_off
    assert list(tmp_path.iterdir()) == []
    mine = psutil.Process().children(recursive=True)
    assert not [one for one in mine if "bench.fleet.child" in one.cmdline()]


def test_a_model_that_this_machine_lacks_is_told(tmp_path: Path) -> None:
    suite = load_suite(str(ROOT / "suites" / "toy.yaml"), sorted(available()))
    (cell,) = expand(suite, ["cleartext"], ["round_trip"], samples=4)
    away = replace(cell, model_folder=tmp_path / "model")
    delivery = perform(Cells(cells=(away,), probes=False, audit=False, build="default"))
    assert delivery.outcomes == []
    assert not delivery.cut_off  # another machine would do no better
    assert delivery.reason is not None
    assert delivery.reason.startswith(f"the checkpoint has no original.json in {tmp_path / 'model'}")
