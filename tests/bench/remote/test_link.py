"""The key owner's end of a session, without a network: what goes out, what comes in, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.parties.channel import Channel
from bench.parties.messages import Batch, Evaluate, Evaluated, Event, Probed, RoundTrip
from bench.parties.wire import announce
from bench.remote.control import Coming, Ended, Leaving, Left, Pulse
from bench.remote.frames import DATA, frame, frames_of
from bench.remote.link import Link, Lost


def link(folder: Path, *incoming: bytes) -> Link:
    made = Link("evaluator.example:7443", folder, lambda: 1 << 30)
    made.attach(iter(incoming))
    return made


def sent(one: Link) -> list[bytes]:
    one.over.set()
    one.leave(0)
    return list(one.outgoing())


def test_the_files_that_lie_for_the_evaluator_go_ahead_of_a_message(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "a").write_bytes(b"one")
    one = link(tmp_path)
    Channel(one, one).send(Evaluate(()))
    assert sent(one) == [
        *(frame(Coming("a", 3)), DATA + b"one", frame(Coming("b", 3)), DATA + b"two"),
        *(frame(Evaluate(())), frame(Leaving())),
    ]
    assert list(tmp_path.iterdir()) == []
    assert one.sent_bytes == sum(map(len, [frame(Coming("a", 3)), b"-one"])) * 2 + len(
        frame(Evaluate(())) + frame(Leaving())
    )


def test_what_the_evaluator_sent_is_not_sent_back(tmp_path: Path) -> None:
    sender = tmp_path / "sender"
    sender.mkdir()
    (sender / "from_evaluator_0").write_bytes(b"ciphertext")
    batch: Batch = (announce(sender, "ciphertext", "from_evaluator_0"),)
    here = tmp_path / "here"
    here.mkdir()
    one = link(here, *frames_of(sender / "from_evaluator_0"), frame(RoundTrip(0, batch[0], 3)))
    channel = Channel(one, one)
    assert channel.receive(Event) == RoundTrip(0, batch[0], 3)
    assert (here / "from_evaluator_0").read_bytes() == b"ciphertext"
    channel.send(Evaluate(()))
    assert sent(one) == [frame(Evaluate(())), frame(Leaving())]


def test_pulses_and_the_last_word_are_kept_and_no_message(tmp_path: Path) -> None:
    one = link(tmp_path, frame(Pulse(1.5)), frame(Probed(0, "a", ())), frame(Pulse(2.5)), frame(Left("{}")))
    channel = Channel(one, one)
    assert channel.receive(Event) == Probed(0, "a", ())
    assert one.used_s == 1.5
    assert channel.receive(Event) is None
    assert (one.used_s, one.left) == (2.5, Left("{}"))
    assert one.over.is_set()
    with pytest.raises(BrokenPipeError):
        channel.send(Evaluate(()))


def broken() -> Iterator[bytes]:
    yield frame(Pulse(None))
    raise Lost("the cable is cut")


@pytest.mark.parametrize(
    ("incoming", "kind", "sentence"),
    [
        (broken(), "Died", "the cable is cut"),
        (iter([frame(Ended("OutOfMemory", "it was too large"))]), "OutOfMemory", "too large (on evaluator"),
        (iter([DATA + b"x"]), "MessageError", "evaluator.example:7443 sent a wrong message"),
        (iter([]), "Died", "evaluator.example:7443 ended the session"),
    ],
)  # fmt: skip
def test_how_it_ended_is_one_sentence(
    tmp_path: Path, incoming: Iterator[bytes], kind: str, sentence: str
) -> None:
    one = link(tmp_path)
    one.attach(incoming)
    assert Channel(one, one).receive(Evaluated) is None
    assert one.ended().kind == kind
    assert sentence in str(one.ended())
