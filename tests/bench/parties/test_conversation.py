"""The front process believes a party only what the classes of messages admit."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from math import inf
from time import monotonic

import pytest

from bench.parties.channel import Channel
from bench.parties.codec import encode
from bench.parties.conversation import Conversation
from bench.parties.errors import PartyError
from bench.parties.messages import Decrypt, Decrypted, Done, Finished, Progress, Ready
from bench.parties.spent import NOTHING, Spent

DECRYPT = Decrypt((), "file.npy")


def conversation(*lines: str) -> Conversation:
    """With a party that has said some lines and is gone."""
    source = io.StringIO("".join(f"{line}\n" for line in lines))
    return Conversation("key owner", Channel(source, io.StringIO()), gone, lambda: None)


def gone() -> PartyError:
    return PartyError("Died", "gone")


@contextmanager
def silent(used_s: Callable[[], float | None]) -> Iterator[Conversation]:
    """With a party that never says anything, and uses the processor as `used_s` tells."""
    heard, saying = os.pipe()
    with os.fdopen(heard, encoding="utf-8") as answers, os.fdopen(saying, "w", encoding="utf-8"):
        yield Conversation("key owner", Channel(answers, io.StringIO()), gone, used_s, idle_s=2.0)


def refused(*lines: str) -> PartyError:
    """How a request ends that the party answers with some lines."""
    with pytest.raises(PartyError) as caught:
        conversation(*lines).request(DECRYPT, inf)
    return caught.value


def test_an_answer_and_what_it_took() -> None:
    done = Done(7, Spent(0.75, user_s=0.5), Decrypted(0.5))
    lines = [encode(Progress(0, 1, "block1", 3)), encode(done)]
    assert conversation(*lines).request(DECRYPT, inf) == (Decrypted(0.5), done)


def test_a_line_that_is_not_a_message() -> None:
    error = refused("Traceback")
    assert error.kind == "MessageError"
    assert "the key owner sent a wrong message: a message is not a line of JSON" in str(error)


def test_an_answer_to_another_request() -> None:
    error = refused(encode(Done(7, NOTHING, Finished())))
    assert str(error) == "the key owner said Finished instead of Decrypted; mend its role"


def test_a_request_where_an_event_is_expected() -> None:
    assert "'Decrypt' is not one of the class Event" in str(refused(encode(DECRYPT)))


def test_a_party_that_is_gone() -> None:
    assert refused().kind == "Died"
    with pytest.raises(PartyError, match="gone"):
        conversation().wait_ready(inf)
    conversation(encode(Ready("none", None))).wait_ready(inf)


def test_a_party_that_does_nothing_is_not_waited_for() -> None:
    with silent(lambda: 3.25) as conversation, pytest.raises(PartyError) as caught:
        conversation.request(DECRYPT, inf)
    assert caught.value.kind == "Idle"


@pytest.mark.parametrize("used_s", [count().__next__, lambda: None])
def test_a_party_that_computes_is_waited_for_until_its_deadline(used_s: Callable[[], float | None]) -> None:
    """Or one of which nobody knows whether it does; for longer than it may do nothing."""
    with silent(used_s) as conversation, pytest.raises(PartyError) as caught:
        conversation.request(DECRYPT, monotonic() + 5)
    assert caught.value.kind == "TimedOut"
