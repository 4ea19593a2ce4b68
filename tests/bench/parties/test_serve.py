"""The loop of a party: it knows no role, and whatever it is asked, it answers or says why not."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.parties.channel import Channel
from bench.parties.codec import decode, encode
from bench.parties.errors import RoleError
from bench.parties.measurements import MeasureKeys, Repetitions
from bench.parties.messages import Decrypt, Done, Event, Failed, Finished, Ready, Request
from bench.parties.party import Party
from bench.parties.serve import load_role, serve
from bench.parties.spent import NOTHING

KEY_OWNER = "bench.parties.roles.key_owner:KeyOwnerParty"
CLEARTEXT = "backends.cleartext.library:Cleartext"
DECRYPT = Decrypt((), "file.npy")


class Wrong(Party):
    """Answers a request for decryption with the answer to another."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        super().__init__(folder, channel, adapter)
        self.handles(Decrypt, lambda request: Finished())


def said(tmp_path: Path, role: str, lines: Iterable[str]) -> list[Event]:
    """What a party says to some lines."""
    sink = io.StringIO()
    source = io.StringIO("".join(f"{line}\n" for line in lines))
    serve(role, CLEARTEXT, tmp_path, Channel(source, sink))
    return [decode(Event, line) for line in sink.getvalue().splitlines()]


def failure(tmp_path: Path, role: str, lines: Iterable[str]) -> Failed:
    """The last thing that it says, which must be why not."""
    last = said(tmp_path, role, lines)[-1]
    assert isinstance(last, Failed)
    return last


def test_a_party_that_is_asked_nothing_is_ready(tmp_path: Path) -> None:
    assert said(tmp_path, KEY_OWNER, []) == [Ready("none", None)]


@pytest.mark.parametrize(
    "role",
    [
        "key_owner",
        "bench.parties.roles.nobody:Nobody",
        "bench.parties.roles.key_owner:Nobody",
        "pathlib:Path",
        "bench.parties.roles.key_owner:announced",
    ],
)
def test_an_unknown_role_is_an_error(role: str, tmp_path: Path) -> None:
    with pytest.raises(RoleError):
        load_role(role)
    found = failure(tmp_path, role, [])
    assert found.kind == "RoleError"
    assert role in found.text


def test_a_request_that_the_role_does_not_answer(tmp_path: Path) -> None:
    asked: Request[object] = MeasureKeys((), 1, Repetitions(1, 1))  # type: ignore[assignment]
    found = failure(tmp_path, KEY_OWNER, [encode(asked)])
    assert found.text == "KeyOwnerParty does not answer MeasureKeys; ask the role that does"


def test_an_answer_of_another_class(tmp_path: Path) -> None:
    found = failure(tmp_path, f"{__name__}:Wrong", [encode(DECRYPT)])
    assert "answers Decrypt with Finished" in found.text


def test_a_wrong_message_is_refused_and_the_party_goes_on(tmp_path: Path) -> None:
    events = said(tmp_path, KEY_OWNER, ['{"message": "Decrypt"}', "noise", encode(DECRYPT)])
    ready, lacking, noise, _ = events
    assert ready == Ready("none", None)
    assert isinstance(lacking, Failed)
    assert isinstance(noise, Failed)
    assert (lacking.kind, noise.kind) == ("MessageError", "MessageError")
    assert "Decrypt lacks the field" in lacking.text


def test_half_a_line_is_the_end(tmp_path: Path) -> None:
    """What an end leaves that dies as it writes is not a message."""
    source = io.StringIO(encode(Done(1, NOTHING, Finished()))[:-3])
    assert Channel(source, io.StringIO()).receive(Event) is None
