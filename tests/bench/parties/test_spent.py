"""What a party spends on a request, by readings that a test makes, and of a process that stands still."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bench.parties.channel import Channel
from bench.parties.codec import decode, encode
from bench.parties.messages import Decrypt, Decrypted, Done, Event, Refreshed
from bench.parties.party import Party
from bench.parties.serve import serve
from bench.parties.spent import Meter, Spent, so_far
from bench.parties.wire import Shipment

#: How long a party stands still at the least, in seconds by the clock of whoever holds it.
HELD_S = 0.5


class Readings:
    """What a process has spent, and for how long it has waited, as a test says."""

    def __init__(self) -> None:
        self.spent, self.waited_s = Spent(), 0.0

    def meter(self) -> Meter:
        """A meter that reads them."""
        return Meter(lambda: self.waited_s, lambda: self.spent)


def test_a_request_has_what_was_spent_since_its_beginning() -> None:
    readings = Readings()
    meter = readings.meter()
    readings.spent = Spent(100.0, 0.0, 7.0, 1.0, 5, 60)
    meter.begin()
    readings.spent, readings.waited_s = Spent(104.0, 0.0, 8.5, 1.25, 7, 90), 1.5
    assert meter.spent == Spent(4.0, 1.5, 1.5, 0.25, 2, 30)


def test_what_is_done_apart_is_no_part_of_a_request() -> None:
    """A checkpoint is written to a disk, and the evaluator waits until it is noted."""
    readings = Readings()
    meter = readings.meter()
    for _ in range(2):
        with meter.apart():
            readings.spent, readings.waited_s = readings.spent + Spent(3.0, 0.0, 0.5, 0.5, 40, 2), 1.0
    readings.spent += Spent(2.0, 0.0, 1.75, 0.0, 1, 3)
    assert meter.spent == Spent(2.0, 0.0, 1.75, 0.0, 1, 3)


def test_this_process_spends_processor_seconds_and_the_clocks() -> None:
    before = so_far()
    while so_far().user_s + so_far().system_s - before.user_s - before.system_s < 0.05:
        pass
    spent = so_far() - before
    assert spent.wall_s > 0
    assert spent.waited_s == 0
    assert min(spent.voluntary_switches, spent.involuntary_switches) >= 0


class Answering(Party):
    """Asks for a refresh before it decrypts."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        super().__init__(folder, channel, adapter)
        self.handles(Decrypt, self.decrypt)

    def decrypt(self, request: Decrypt) -> Decrypted:
        """Wait for an answer."""
        assert self.channel.receive(Refreshed) is not None
        return Decrypted(0.0)


class Slow(io.StringIO):
    """Lines of which the second comes late."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.asked = 0

    def readline(self, size: int | None = -1, /) -> str:
        """The next line."""
        self.asked += 1
        if self.asked == 2:
            time.sleep(HELD_S)
        return super().readline()


def test_what_a_party_waits_for_the_other_is_told_apart(tmp_path: Path) -> None:
    """However long this machine takes: the wait is at least as long, and is part of the wall time."""
    answer = Refreshed(Shipment("ciphertext", "name", 1, "0" * 64))
    source = Slow("".join(f"{encode(one)}\n" for one in (Decrypt((), "file.npy"), answer)))
    sink = io.StringIO()
    serve(f"{__name__}:Answering", "none", tmp_path, Channel(source, sink))
    _, done = (decode(Event, line) for line in sink.getvalue().splitlines())
    assert isinstance(done, Done)
    assert HELD_S <= done.spent.waited_s <= done.spent.wall_s


@pytest.mark.skipif(sys.platform != "linux", reason="how a process stands still is seen by Linux's states")
def test_a_process_that_is_stopped_spends_time_and_no_processor() -> None:
    """It says what it spent while a signal held it, for as long as its holder saw it stand still."""
    code = (
        "import os, signal; from dataclasses import astuple; from bench.parties.spent import so_far\n"
        "before = so_far(); os.kill(os.getpid(), signal.SIGSTOP); print(*astuple(so_far() - before))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as party:
        while party.poll() is None and psutil.Process(party.pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        time.sleep(HELD_S)
        os.kill(party.pid, signal.SIGCONT)
        said, _ = party.communicate()
    wall_s, _, user_s, system_s, *_ = map(float, said.split())
    assert wall_s >= HELD_S
    assert wall_s - user_s - system_s >= HELD_S
