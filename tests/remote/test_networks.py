"""A cell over a network that is really slow: no faster than what is computed of its bytes and rounds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.remote import certificates
from bench.remote.machine import Machine
from bench.run.networks import Profile
from tests.remote import shaped
from tests.remote.conftest import Serve
from tests.remote.relay import Relay
from tests.remote.test_sessions import run
from tests.test_walls import ROOT

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


def test_a_cell_between_two_namespaces_takes_at_least_what_is_computed() -> None:
    """Where the system lets a link be shaped; where it does not, it says why, and measures nothing."""
    command = [sys.executable, "-m", "tests.remote.shaped", "--network", "slow"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["network"] == "slow"
    if answer["by"] == shaped.COMPUTED:
        assert answer["reason"]
        assert "wall_s" not in answer
        return
    assert answer["by"] in {shaped.NETEM, shaped.BUCKET}
    assert answer["status"] == "ok"
    assert answer["rounds"] > 1
    # A bucket lets its burst pass at once at each end, and both directions carry at a time.
    sent_s = (answer["crossed_bytes"] - 2 * shaped.BURST_BYTES) / (2 * shaped.SLOW.bytes_per_s)
    assert answer["wall_s"] > sent_s > 1.0
    if answer["by"] == shaped.NETEM:
        assert answer["round_trip_s"] >= shaped.SLOW.round_trip_s
        assert answer["wall_s"] >= answer["rounds"] * shaped.SLOW.round_trip_s


def test_a_system_that_forbids_a_link_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaped, "NEEDED", ("unshare", "no_such_command"))
    assert shaped._apart(shaped.SLOW) == {
        "network": "slow",
        "by": shaped.COMPUTED,
        "reason": "this system has no no_such_command",
    }
