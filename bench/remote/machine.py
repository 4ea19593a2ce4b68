"""Another machine that runs evaluators, as the key owner's side knows it: by address and certificate."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.errors import UserError
from bench.parties.channel import Channel
from bench.parties.codec import decode
from bench.parties.conversation import Conversation
from bench.parties.errors import MessageError
from bench.remote import certificates
from bench.remote.address import check_address
from bench.remote.control import Describe, Described, Left, Opening
from bench.remote.frames import frame
from bench.remote.link import Link, Lost
from bench.remote.needs import need_transport
from bench.remote.transport import COMMON, DESCRIBE, ECHO, SESSION, path

#: How long a machine may take to answer; to make an environment; to end an evaluator.
ANSWER_S, ENVIRONMENT_S, LEAVE_S = 20.0, 3600.0, 30.0
#: How often the time of a message there and back is taken.
ECHOES = 11


class Machine:
    """A connection to a machine that `bench serve` runs on.

    Attributes:
        address: `HOST:PORT`.
    """

    def __init__(self, address: str, folder: Path) -> None:
        """Prepare a connection; nothing is sent yet.

        Args:
            address: `HOST:PORT`.
            folder: the certificates of this end.

        Raises:
            UserError: there is no such address or folder, or the extra `remote` is not installed.
        """
        check_address(address)
        need_transport()
        import grpc

        shown = certificates.load(folder)
        credentials = grpc.ssl_channel_credentials(shown.authority, shown.key, shown.certificate)
        self.address = address
        self._errors = grpc.RpcError
        self._channel = grpc.secure_channel(address, credentials, options=COMMON)

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def describe(self, backend: str, build: str) -> Described:
        """What the machine is, and has for a backend.

        Raises:
            UserError: it cannot be reached, does not know this end, or cannot make an environment.
        """
        self.round_trip_s()  # who is not there is told of soon, whatever an environment takes
        answer = self._ask(DESCRIBE, frame(Describe(backend, build)), ENVIRONMENT_S)
        try:
            return decode(Described, answer.decode())
        except (MessageError, UnicodeDecodeError) as error:
            raise UserError(f"{self.address} answers what is no description ({error})") from error

    def round_trip_s(self) -> float:
        """Seconds of a short message there and back, the median of several.

        Raises:
            UserError: the machine cannot be reached, or does not know this end.
        """
        times = []
        for _ in range(ECHOES):
            started = perf_counter()
            self._ask(ECHO, b"echo", ANSWER_S)
            times.append(perf_counter() - started)
        return median(times)

    def start(self, opening: Opening, folder: Path) -> RemoteParty:
        """Have an evaluator started there.

        Args:
            opening: which, and what it may use.
            folder: where its files lie at this end.
        """
        link = Link(self.address, folder, lambda: shutil.disk_usage(folder).free)
        link.tell(opening)
        call = self._channel.stream_stream(path(SESSION))(link.outgoing())
        link.attach(self._frames(call))
        return RemoteParty(link, call.cancel)

    def _frames(self, call: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from call
        except self._errors as error:
            raise Lost(self._sentence(error)) from error

    def _ask(self, method: str, said: bytes, seconds: float) -> bytes:
        try:
            answer: bytes = self._channel.unary_unary(path(method))(said, timeout=seconds)
        except self._errors as error:
            raise UserError(self._sentence(error)) from error
        return answer

    def _sentence(self, error: object) -> str:
        """What a refusal or a broken connection is, from gRPC's status and its details."""
        status, details = error.code().name, error.details() or ""  # type: ignore[attr-defined]
        if status == "UNAVAILABLE":
            return (
                f"{self.address} cannot be reached, or does not take this certificate ({details}); see that "
                "`bench serve` runs there, and that both ends have certificates of one authority"
            )
        if status == "DEADLINE_EXCEEDED":
            return f"{self.address} did not answer in time; see that `bench serve` runs there"
        return f"{self.address} refuses: {details}"


class RemoteParty:
    """An evaluator on another machine, in the place of a process on this one.

    Attributes:
        conversation: with it.
    """

    def __init__(self, link: Link, cancel: Callable[[], object]) -> None:
        self._link, self._cancel = link, cancel
        channel = Channel(link, link)
        self.conversation = Conversation("evaluator", channel, link.ended, lambda: link.used_s)

    def has_ended(self) -> bool:
        """Never: its folder is gone with it, so that no other one could go on where it ended."""
        return False

    @property
    def left(self) -> Left | None:
        """What the other machine said when it had ended the evaluator; None where it said nothing."""
        return self._link.left

    @property
    def sent_bytes(self) -> int:
        """All that was sent: files, the model, and messages."""
        return self._link.sent_bytes

    @property
    def received_bytes(self) -> int:
        """All that came."""
        return self._link.received_bytes

    def close(self) -> None:
        """End it, whatever it is doing, and the session with it."""
        self._link.leave(LEAVE_S)
        self._cancel()
