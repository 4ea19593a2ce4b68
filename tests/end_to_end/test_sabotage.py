"""A library that does not do what the program says fails its cell, each time."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.registry import get
from bench.parties.errors import PartyError
from bench.parties.messages import Refreshed, RoundTrip
from bench.run.key_owners import KeyOwners, OneKeyOwner
from bench.run.program_parties import ProgramParties
from tests.end_to_end.harness import Ran, bootstraps, refresh_of, run, session
from tests.end_to_end.saboteur import (
    EXTRA_ROTATION,
    LOST_RESCALE,
    SKIPPED_BOOTSTRAP,
    UNCOUNTED_ROTATION,
    install,
)
from tests.random_vit import random_inputs, random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS


def sabotaged(
    backend: str,
    spoil: str,
    parameters: ParameterSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    blocks: int = 1,
    audit: bool = False,
) -> Ran:
    """A small model's cell under sabotage."""
    module = tmp_path / "elsewhere"
    module.mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(module)
    sys.modules.pop("sabotage", None)
    adapter = install(module, get(backend).adapter, spoil)
    graph, inputs = random_vit(7, blocks=blocks), random_inputs(7, 2, 12, 5)
    return run(backend, graph, parameters, inputs, tmp_path, adapter=adapter, audit=audit)


def failure(
    backend: str,
    spoil: str,
    parameters: ParameterSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    blocks: int = 1,
) -> PartyError:
    """How a small model's cell ends under sabotage."""
    with pytest.raises(PartyError) as caught:
        sabotaged(backend, spoil, parameters, tmp_path, monkeypatch, blocks=blocks)
    return caught.value


def test_an_extra_rotation_fails_the_cell(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = failure(backend, EXTRA_ROTATION, ROUND_TRIPS, tmp_path, monkeypatch)
    assert error.kind == "ExecutionError"
    assert "rotations instead of" in str(error)


def test_an_uncounted_rotation_passes_and_fails_under_audit(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All counts are the adapter's own word, until they are taken at the library's calls."""
    if get(backend).audit is None:  # the simulator has no library
        return
    sabotaged(backend, UNCOUNTED_ROTATION, ROUND_TRIPS, tmp_path, monkeypatch)
    with pytest.raises(PartyError) as caught:
        sabotaged(backend, UNCOUNTED_ROTATION, ROUND_TRIPS, tmp_path, monkeypatch, audit=True)
    assert caught.value.kind == "ExecutionError"
    assert re.search(
        r"\(rotate_many, layer .*\): .* (\d+) rotations where the plan has (\d+) and .* counted \2 ",
        str(caught.value),
    )


def test_a_lost_rescale_fails_the_cell(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = failure(backend, LOST_RESCALE, ROUND_TRIPS, tmp_path, monkeypatch)
    assert error.kind == "ExecutionError"
    assert "(rescale" in str(error)
    assert "level" in str(error)


def test_a_skipped_bootstrap_fails_the_cell_or_is_refused(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not bootstraps(backend):
        return
    error = failure(backend, SKIPPED_BOOTSTRAP, BOOTSTRAPS, tmp_path, monkeypatch, blocks=3)
    assert error.kind == "ExecutionError"
    assert "(bootstrap" in str(error)


class Lazy(OneKeyOwner):
    """Hands the evaluator its own ciphertext as the fresh one; it lies in its folder already."""

    def refresh(self, asked: RoundTrip) -> Refreshed:
        return Refreshed(asked.ciphertext)


class WithALazyOne(ProgramParties):
    """A cell of the lazy key owner's."""

    @property
    def owners(self) -> KeyOwners:
        return Lazy(self.session, self.parameters)


def test_a_skipped_round_trip_fails_the_cell(backend: str, tmp_path: Path) -> None:
    """A key owner that hands one ciphertext back as it came."""
    graph, inputs = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)
    refresh = refresh_of(backend, ROUND_TRIPS)
    program = plan(graph, ROUND_TRIPS, refresh)
    with session(backend, tmp_path) as opened:
        parties = WithALazyOne(opened, ROUND_TRIPS)
        parties.prepare(program, parties.generate_keys(program, bootstrap=False).files)
        batches = parties.encrypt(inputs, program).batches
        with pytest.raises(PartyError) as caught:
            parties.evaluate(batches)
    assert caught.value.kind == "ExecutionError"
    assert "(round_trip" in str(caught.value)
