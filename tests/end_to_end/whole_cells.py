"""A small block's whole cell, round trips included, with a saboteur as its library."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backends.registry import available, get
from bench.environments.ensure import Environment
from bench.run.kinds import kind_of
from bench.run.life import Life
from bench.run.listener import Listener
from bench.run.outcome import Outcome
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite
from tests.end_to_end.saboteur import HONEST, install


def small_cell(backend: str) -> Cell:
    """The cell."""
    (cell,) = expand(load_suite("layers_toy", list(available())), [backend], ["portable"], ["block"])
    return cell


def outcome(
    cell: Cell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: str = HONEST,
    betray: str = HONEST,
    *,
    listener: Listener | None = None,
    keep_parties: bool = False,
) -> Outcome:
    """What becomes of it.

    Args:
        cell: it, whose limits may be others.
        tmp_path: for everything.
        monkeypatch: makes the saboteur importable.
        spoil: what the saboteur does to an evaluator.
        betray: what it does to a key owner.
        listener: told of its stages.
        keep_parties: see `Life`.
    """
    module, folder = tmp_path / "elsewhere", tmp_path / "cell"
    module.mkdir()
    folder.mkdir()
    monkeypatch.syspath_prepend(module)
    sys.modules.pop("sabotage", None)
    found = get(cell.backend)
    descriptor = replace(found, adapter=install(module, found.adapter, spoil, betray))
    loaded = kind_of(cell).load(cell, lambda done, total: None)
    here = Environment(cell.backend, Path(sys.executable), {}, made=False)

    def live(life: Life) -> None:
        loaded.run(life)
        loaded.check(life.outcome, cell.limits)

    life = Life(
        cell, descriptor, here, folder, listener or Listener(), probes=False, keep_parties=keep_parties
    )
    return life.live(live)
