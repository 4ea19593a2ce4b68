"""Messages over a pair of streams of text, a line each; the same on both sides."""

from __future__ import annotations

from typing import Protocol, TypeVar

from backends.stopwatch import Stopwatch
from bench.parties.codec import Message, decode, encode

AnyMessage = TypeVar("AnyMessage", bound=Message)


class Source(Protocol):
    """Where lines come from: a pipe, or a connection to another machine."""

    def readline(self) -> str:
        """The next line with its end; without an end, or empty, where the other end is gone."""


class Sink(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """Write a line."""

    def flush(self) -> None:
        """Send what was written."""


class Channel:
    """One end: what it sends and receives are messages alone, and files go by the wire."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self._source, self._sink = source, sink
        self._waiting = Stopwatch()

    @property
    def waited_s(self) -> float:
        """For how long this end has waited for what it received."""
        return self._waiting.seconds

    def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            MessageError: a field is not of its type.
            BrokenPipeError: the other end is gone.
        """
        self._sink.write(encode(message) + "\n")
        self._sink.flush()

    def receive(self, expected: type[AnyMessage]) -> AnyMessage | None:
        """The next message, which must be an `expected`; None when the other end is gone.

        Raises:
            MessageError: it is something else.
        """
        with self._waiting:
            line = self._source.readline()
        # A line without its end is what is left of an end that died as it wrote.
        return decode(expected, line) if line.endswith("\n") else None
