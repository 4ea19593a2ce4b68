"""The front process believes a party only what the classes of messages admit."""

from __future__ import annotations

import io
from math import inf

import pytest

from bench.parties.channel import Channel
from bench.parties.codec import encode
from bench.parties.conversation import Conversation
from bench.parties.errors import PartyError
from bench.parties.messages import Decrypt, Decrypted, Done, Finished, Progress, Ready

DECRYPT = Decrypt((), "file.npy")


def conversation(*lines: str) -> Conversation:
    """With a party that has said some lines and is gone."""
    source = io.StringIO("".join(f"{line}\n" for line in lines))
    return Conversation("key owner", Channel(source, io.StringIO()), lambda: PartyError("Died", "gone"))


def refused(*lines: str) -> PartyError:
    """How a request ends that the party answers with some lines."""
    with pytest.raises(PartyError) as caught:
        conversation(*lines).request(DECRYPT, inf)
    return caught.value


def test_an_answer_and_the_peak() -> None:
    lines = [encode(Progress(0, 1, "block1", 3)), encode(Done(7, Decrypted(0.5)))]
    assert conversation(*lines).request(DECRYPT, inf) == (Decrypted(0.5), 7)


def test_a_line_that_is_not_a_message() -> None:
    error = refused("Traceback")
    assert error.kind == "MessageError"
    assert "the key owner sent a wrong message: a message is not a line of JSON" in str(error)


def test_an_answer_to_another_request() -> None:
    error = refused(encode(Done(7, Finished())))
    assert str(error) == "the key owner said Finished instead of Decrypted; mend its role"


def test_a_request_where_an_event_is_expected() -> None:
    assert "'Decrypt' is not one of the class Event" in str(refused(encode(DECRYPT)))


def test_a_party_that_is_gone() -> None:
    assert refused().kind == "Died"
    with pytest.raises(PartyError, match="gone"):
        conversation().wait_ready(inf)
    conversation(encode(Ready())).wait_ready(inf)
