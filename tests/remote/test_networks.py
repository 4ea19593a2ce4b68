"""A cell over a network that is really slow: no faster than what is computed of its bytes and rounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.remote import certificates
from bench.remote.machine import Machine
from bench.run.networks import Profile
from tests.remote.conftest import Serve
from tests.remote.relay import Relay
from tests.remote.test_sessions import run

#: Slow enough to tell from what a busy machine adds.
SLOW = Profile("slow", round_trip_s=0.1, bytes_per_s=1e6)


@pytest.fixture
def far(serve: Serve, ends: Path) -> Iterator[Machine]:
    """A server behind such a network."""
    relay = Relay(serve().port, SLOW.round_trip_s / 2, SLOW.bytes_per_s)
    machine = Machine(f"localhost:{relay.port}", ends / certificates.KEY_OWNER)
    yield machine
    machine.close()
    relay.close()


def test_a_cell_takes_at_least_what_is_computed_of_its_bytes_and_rounds(far: Machine, tmp_path: Path) -> None:
    record = run(tmp_path, far)
    assert record.status.value == "ok"
    assert record.remote is not None
    assert record.remote.round_trip_s >= SLOW.round_trip_s
    refreshes, wire = record.counts.round_trips or 0, record.wire
    assert wire.rounds == refreshes + 1 > 1
    assert record.latency.round_trips_s is not None
    assert record.latency.round_trips_s >= refreshes * SLOW.round_trip_s
    crossed = (wire.to_evaluator_bytes or 0) + (wire.to_key_owner_bytes or 0)
    computed = SLOW.taken(0, crossed, wire.rounds)
    assert record.latency.wall_s is not None
    assert record.latency.wall_s >= computed.online_s
    assert [one.name for one in wire.networks or ()] == ["LAN", "WAN"]
