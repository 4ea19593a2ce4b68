"""An audit is for programs on a library: elsewhere the record says so, before anything is encrypted."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.registry import available
from bench.run.kinds import KINDS
from bench.run.listener import Listener
from bench.run.model import ModelKind
from bench.run.service import Service
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from reports.record import Status


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ("primitives", "an audit holds a library's calls to a program, and this cell has none"),
        ("toy", "cleartext has no library whose calls an audit could count"),
    ],
)
def test_what_cannot_be_audited_is_unsupported(suite: str, said: str, tmp_path: Path) -> None:
    cell, *_ = expand(load_suite(suite, list(available())), ["cleartext"], samples=2)
    (record,) = Service(tmp_path, Listener(), audit=True).records([cell], rounds=1)
    assert (record.status, record.latency.evaluate_s) == (Status.UNSUPPORTED, None)
    assert record.reason is not None
    assert record.reason.startswith(said)
    assert record.origin is not None
    assert record.origin.audit


def test_the_kind_that_replays_a_program_is_the_one_that_is_audited() -> None:
    assert {kind for kind in KINDS.values() if kind.audited} == {ModelKind}
