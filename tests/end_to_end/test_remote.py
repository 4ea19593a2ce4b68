"""A cell whose evaluator is driven over TLS, on real libraries: what is exact equals a local cell's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.remote import certificates
from bench.remote.machine import Machine
from bench.run.listener import Listener
from bench.run.service import Service
from bench.serve.limits import Limits
from bench.serve.server import Server
from bench.spec.selection import Selection
from reports.record import Record


def run(backend: str, output: Path, machine: Machine | None) -> Record:
    """The record of a toy cell, with round trips."""
    imitated = "openfhe" if backend == "cleartext" else None
    cells = Selection("toy", (backend,), ("round_trip",), (), samples=2, imitate=imitated).cells()
    (record,) = Service(output, Listener(), machine=machine).records(cells)
    return record


def levels(record: Record) -> list[tuple[object, ...]]:
    course = record.latency.course or []
    return [(one.layer, one.refresh, one.highest, one.lowest, one.count) for one in course]


def stages(record: Record) -> list[tuple[str, str]]:
    return [(one.stage, one.party) for one in record.latency.stages or []]


def test_a_remote_evaluator_computes_what_a_local_one_does(backend: str, tmp_path: Path) -> None:
    certificates.make(tmp_path, ["localhost"], days=1)
    shown = certificates.load(tmp_path / certificates.EVALUATOR)
    server = Server("127.0.0.1:0", shown, tmp_path / "served", Limits(), lambda line: None)
    machine = Machine(f"localhost:{server.port}", tmp_path / certificates.KEY_OWNER)
    try:
        local, remote = run(backend, tmp_path, None), run(backend, tmp_path, machine)
    finally:
        machine.close()
        server.close()
    assert (local.status.value, remote.status.value) == ("ok", "ok"), remote.reason
    assert remote.counts == local.counts
    assert remote.counts.round_trips
    assert levels(remote) == levels(local) != []
    assert stages(remote) == stages(local) != []
    assert (remote.wire.messages, remote.wire.rounds) == (local.wire.messages, local.wire.rounds)
    # What a library compresses varies by a little from key to key.
    assert remote.wire.to_evaluator_bytes == pytest.approx(local.wire.to_evaluator_bytes, rel=0.01)
    assert remote.wire.to_key_owner_bytes == pytest.approx(local.wire.to_key_owner_bytes, rel=0.01)
    assert remote.ladder.label_agreement == local.ladder.label_agreement == 1.0
    assert remote.ladder.precision_bits == pytest.approx(local.ladder.precision_bits, abs=3)
