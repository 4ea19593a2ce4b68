"""An evaluator that is driven over TLS: the same as a local one, and gone whatever ends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from backends.registry import get
from bench.errors import UserError
from bench.parties.errors import PartyError
from bench.remote import certificates
from bench.remote.control import Opening
from bench.remote.machine import Machine, RemoteParty
from bench.run.code import evaluator_digest
from bench.run.listener import Listener
from bench.run.program_parties import AUDITED, ROLES
from bench.run.service import Service
from bench.spec.selection import Selection
from reports.record import Record
from tests.remote.conftest import Serve

SECONDS = 300.0


def opening(**changes: object) -> Opening:
    """The opening of a simulator's evaluator."""
    simulator = get("cleartext")
    usual = Opening(
        backend="cleartext",
        build="default",
        role=ROLES.evaluator,
        adapter=simulator.adapter,
        code=evaluator_digest(ROLES.evaluator, simulator),
        threads=1,
        memory_bytes=None,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def children() -> set[int]:
    """The processes that this one has started and that still are."""
    return {child.pid for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE}


def until(true: object) -> bool:
    """Wait until something holds, for a while."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        if true():  # type: ignore[operator]
            return True
        sleep(0.05)
    return False


@pytest.fixture
def party(machine: Machine, tmp_path: Path) -> Iterator[RemoteParty]:
    """An evaluator elsewhere that has said that it is ready."""
    folder = tmp_path / "here"
    folder.mkdir()
    started = machine.start(opening(), folder)
    started.conversation.wait_ready(monotonic() + SECONDS)
    yield started
    started.close()


def run(output: Path, machine: Machine | None) -> Record:
    """The record of a small cell on the simulator, with round trips."""
    asked = Selection("toy", ("cleartext",), ("round_trip",), (), samples=2, imitate="openfhe")
    service = Service(output, Listener(), machine=machine)
    (record,) = service.records(asked.cells())
    return record


def test_a_remote_cell_equals_a_local_one_and_is_never_taken_for_it(machine: Machine, tmp_path: Path) -> None:
    local, remote = run(tmp_path, None), run(tmp_path, machine)
    assert (local.status.value, remote.status.value) == ("ok", "ok")
    assert local.counts == remote.counts
    assert local.counts.round_trips
    assert local.wire == remote.wire
    assert local.ladder == remote.ladder
    levels = [
        [(one.layer, one.refresh, one.highest, one.lowest, one.count) for one in record.latency.course or ()]
        for record in (local, remote)
    ]
    assert levels[0] == levels[1]
    assert remote.run_id != local.run_id
    assert f"/on {machine.address}/" in remote.cell
    assert local.remote is None
    assert remote.remote is not None
    assert remote.remote.address == machine.address
    assert remote.remote.round_trip_s > 0
    crossed = (local.wire.to_evaluator_bytes or 0, local.wire.to_key_owner_bytes or 0)
    assert remote.remote.sent_bytes > crossed[0] > 0
    assert remote.remote.received_bytes > crossed[1] > 0
    assert remote.environment.cores == remote.remote.key_owner.cores == os.cpu_count()
    assert remote.environment.threads == 1
    assert run(tmp_path, machine).run_id == remote.run_id
    assert list((tmp_path / "served" / "sessions").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"backend": "nothing"}, "nothing"),
        ({"code": "another"}, "run both ends from one version"),
        ({"role": AUDITED.evaluator}, "is not served"),
        ({"role": "os:system"}, "is not served"),
        ({"adapter": "os:system"}, "is no adapter of cleartext"),
        ({"threads": 1_000_000}, "ask for fewer threads"),
        ({"role": "x" * 5000}, "takes 4096 bytes"),
    ],
)
def test_what_is_not_served_is_refused_with_a_sentence(
    machine: Machine, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    before = children()
    refused = machine.start(opening(**changes), tmp_path / "nothing")
    with pytest.raises(PartyError, match=why):
        refused.conversation.wait_ready(monotonic() + SECONDS)
    refused.close()
    assert children() == before


def test_one_session_more_than_there_are_seats_is_refused_until_one_is_free(
    machine: Machine, party: RemoteParty, tmp_path: Path
) -> None:
    second = machine.start(opening(), tmp_path / "here")
    with pytest.raises(PartyError, match="all its evaluators are in use"):
        second.conversation.wait_ready(monotonic() + SECONDS)
    second.close()
    party.close()
    third = machine.start(opening(), tmp_path / "here")
    third.conversation.wait_ready(monotonic() + SECONDS)
    third.close()
    assert third.left is not None


def test_an_evaluator_that_dies_there_is_told_of_here(party: RemoteParty, tmp_path: Path) -> None:
    (pid,) = children()
    psutil.Process(pid).kill()
    with pytest.raises(PartyError, match=r"the evaluator was ended with signal SIGKILL.*\(on localhost:"):
        party.conversation.wait_ready(monotonic() + SECONDS)
    party.close()
    (log,) = (tmp_path / "served").rglob("*.log")
    assert until(lambda: list(log.parent.iterdir()) == [log])


def end_of(party: RemoteParty) -> PartyError:
    """Why a session ended; its evaluator may have been ready before."""
    try:
        while True:
            party.conversation.wait_ready(monotonic() + SECONDS)
    except PartyError as error:
        return error


@pytest.mark.parametrize(
    ("limit", "kind", "why"),
    [
        ({"seconds": 0.5}, "Died", "the session took longer than 0.5 s"),
        ({"memory_bytes": 1}, "OutOfMemory", "the evaluator passed the limit of memory"),
    ],
)
def test_a_session_that_passes_a_limit_of_the_server_is_ended(
    serve: Serve, ends: Path, tmp_path: Path, limit: dict[str, float], kind: str, why: str
) -> None:
    before = children()
    machine = Machine(f"localhost:{serve(**limit).port}", ends / certificates.KEY_OWNER)
    (tmp_path / "near").mkdir()
    party = machine.start(opening(), tmp_path / "near")
    error = end_of(party)
    assert error.kind == kind
    assert str(error).startswith(why)
    party.close()
    machine.close()
    assert until(lambda: children() == before)


def test_who_vanishes_leaves_no_process_and_no_folder(
    serve: Serve, ends: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    machine = Machine(f"localhost:{serve().port}", ends / certificates.KEY_OWNER)
    party = machine.start(opening(), tmp_path)
    party.conversation.wait_ready(monotonic() + SECONDS)
    assert len(children() - before) == 1
    machine.close()
    assert until(lambda: children() == before)
    assert until(lambda: list((tmp_path / "served").glob("sessions/*/.parties-*")) == [])
    with pytest.raises(PartyError):
        party.conversation.wait_ready(monotonic() + SECONDS)
    party.close()


def test_an_address_is_a_host_and_a_port(ends: Path) -> None:
    with pytest.raises(UserError, match="give HOST:PORT"):
        Machine("localhost", ends / certificates.KEY_OWNER)


def test_another_version_of_the_library_is_refused_before_there_are_keys(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = machine.describe("cleartext", "default")
    other = replace(described, versions={**described.versions, "numpy": "0.1"})
    monkeypatch.setattr(machine, "describe", lambda backend, build: other)
    record = run(tmp_path, machine)
    assert record.status.value == "failed"
    assert "has other versions: numpy 0.1 there" in (record.reason or "")
