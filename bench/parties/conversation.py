"""The front process's side of a channel: it asks, serves events, and waits until a deadline and no longer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from math import inf
from time import monotonic

from bench.parties.channel import Channel
from bench.parties.errors import MessageError, PartyError
from bench.parties.messages import AnAnswer, Done, Event, Failed, Ready, Refreshed, Request

#: Told of every event that is not the last; what it returns, if anything, is sent to the party.
OnEvent = Callable[[Event], Refreshed | None]


class Conversation:
    """Questions to one party, one at a time."""

    def __init__(self, name: str, channel: Channel, ended: Callable[[], PartyError]) -> None:
        """Begin to listen.

        Args:
            name: the name of the party, for sentences.
            channel: to it.
            ended: says how the party ended, once its end of the channel is closed.
        """
        self._name, self._channel, self._ended = name, channel, ended
        self._heard: queue.Queue[Event | MessageError | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_ready(self, deadline: float) -> None:
        """Wait until the party has imported its library, at most until `deadline` (of `time.monotonic`).

        Raises:
            PartyError: it could not.
        """
        event = self._next(deadline)
        if not isinstance(event, Ready):
            raise self._unexpected(event, "Ready")

    def request(
        self, request: Request[AnAnswer], deadline: float, on_event: OnEvent | None = None
    ) -> tuple[AnAnswer, int]:
        """Ask for something and wait for its answer, at most until `deadline` (of `time.monotonic`).

        Returns:
            The answer, and the party's peak memory in bytes.

        Raises:
            PartyError: the party said why not, died, took too long, or said something else.
        """
        self._send(request)
        while not isinstance(event := self._next(deadline), Done):
            reply = on_event(event) if on_event is not None else None
            if reply is not None:
                self._send(reply)
        if not isinstance(event.answer, request.answer()):
            raise self._unexpected(event.answer, request.answer().__name__)
        return event.answer, event.peak_bytes

    def _send(self, message: Request[AnAnswer] | Refreshed) -> None:
        try:
            self._channel.send(message)
        except BrokenPipeError:
            raise self._ended() from None

    def _listen(self) -> None:
        """Put what the party says where a deadline can be waited for."""
        while True:
            try:
                event: Event | MessageError | None = self._channel.receive(Event)
            except MessageError as error:
                event = error
            self._heard.put(event)
            if event is None:
                return

    def _next(self, deadline: float) -> Event:
        try:
            event = self._heard.get(timeout=None if deadline == inf else max(0.0, deadline - monotonic()))
        except queue.Empty:
            text = f"the {self._name} did not answer in time, and was ended"
            raise PartyError("TimedOut", text) from None
        if event is None:
            raise self._ended()
        if isinstance(event, MessageError):
            raise PartyError("MessageError", f"the {self._name} sent a wrong message: {event}") from event
        if isinstance(event, Failed):
            raise PartyError(event.kind, event.text, event.peak_bytes)
        return event

    def _unexpected(self, said: object, expected: str) -> PartyError:
        text = f"the {self._name} said {type(said).__name__} instead of {expected}; mend its role"
        return PartyError("MessageError", text)
