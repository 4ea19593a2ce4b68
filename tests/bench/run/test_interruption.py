"""What is tidied up is tidied up whole, and the request to end is heard afterwards."""

from __future__ import annotations

import signal
import threading

import pytest

from bench.run.interruption import ENDING, uninterrupted


class AskedError(Exception):
    """The process was asked to end."""


def ask(number: int, frame: object) -> None:
    raise AskedError(number)


@pytest.mark.parametrize("number", ENDING)
def test_a_request_to_end_waits_for_the_end_of_the_block(number: signal.Signals) -> None:
    before = signal.signal(number, ask)
    done: list[None] = []
    try:
        with pytest.raises(AskedError), uninterrupted():
            done += [signal.raise_signal(number), signal.raise_signal(number)]
        assert len(done) == 2
        assert signal.getsignal(number) is ask
        with uninterrupted():
            pass  # nothing was asked for
    finally:
        signal.signal(number, before)


def test_another_thread_may_hold_nothing_off() -> None:
    handlers = [signal.getsignal(number) for number in ENDING]
    seen = []

    def tidy() -> None:
        with uninterrupted():
            seen.append([signal.getsignal(number) for number in ENDING])

    thread = threading.Thread(target=tidy)
    thread.start()
    thread.join()
    assert seen == [handlers]
