"""The front process's side of a channel: it asks, serves events, and waits until a deadline and no longer.

Nor does it wait for a party that does nothing: one that was stopped, or waits for what never comes, uses no
time of the processor.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from time import monotonic

from bench.parties.channel import Channel
from bench.parties.errors import MessageError, PartyError
from bench.parties.messages import AnAnswer, Answer, Done, Event, Failed, Ready, Request

#: A party that uses no processor for so many seconds is not waited for; how often it is looked at.
IDLE_S, LOOK_S = 120.0, 1.0

#: Told of every event that is not the last; what it returns, if anything, is sent to the party.
OnEvent = Callable[[Event], Answer | None]


class Conversation:
    """Questions to one party, one at a time.

    Attributes:
        idle_s: how long it waits while the party uses no processor.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        ended: Callable[[], PartyError],
        used_s: Callable[[], float | None],
        idle_s: float = IDLE_S,
    ) -> None:
        """Begin to listen.

        Args:
            name: the name of the party, for sentences.
            channel: to it.
            ended: says how the party ended, once its end of the channel is closed.
            used_s: processor seconds that the party has used so far; None where that is not known.
            idle_s: see the attribute.
        """
        self._name, self._channel, self._ended, self._used_s = name, channel, ended, used_s
        self.idle_s = idle_s
        self._heard: queue.Queue[Event | MessageError | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_ready(self, deadline: float) -> Ready:
        """Wait until the party has imported its library, at most until `deadline` (of `time.monotonic`).

        Returns:
            What it says of itself.

        Raises:
            PartyError: it could not.
        """
        event = self._next(deadline)
        if not isinstance(event, Ready):
            raise self._unexpected(event, "Ready")
        return event

    def request(
        self, request: Request[AnAnswer], deadline: float, on_event: OnEvent | None = None
    ) -> tuple[AnAnswer, Done]:
        """Ask for something and wait for its answer, at most until `deadline` (of `time.monotonic`).

        Returns:
            The answer, and the message that it came with, which says what it took.

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
        return event.answer, event

    def _send(self, message: Request[AnAnswer] | Answer) -> None:
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
        event = self._waited_for(deadline)
        if event is None:
            raise self._ended()
        if isinstance(event, MessageError):
            raise PartyError("MessageError", f"the {self._name} sent a wrong message: {event}") from event
        if isinstance(event, Failed):
            raise PartyError(event.kind, event.text, event.peak_bytes)
        return event

    def _waited_for(self, deadline: float) -> Event | MessageError | None:
        """What the party says next, if it works on it; None once it has ended."""
        used, since = self._used_s(), monotonic()
        while True:
            try:
                return self._heard.get(timeout=max(0.0, min(LOOK_S, deadline - monotonic())))
            except queue.Empty:
                now = monotonic()
            if now >= deadline:
                raise PartyError("TimedOut", f"the {self._name} did not answer in time, and was ended")
            before, used = used, self._used_s()
            if used is None or used != before:
                since = now
            elif now - since >= self.idle_s:
                raise PartyError("Idle", _idle(self._name, self.idle_s))

    def _unexpected(self, said: object, expected: str) -> PartyError:
        text = f"the {self._name} said {type(said).__name__} instead of {expected}; mend its role"
        return PartyError("MessageError", text)


def _idle(name: str, seconds: float) -> str:
    return (
        f"the {name} used no processor for {seconds:g} s and was ended: it was stopped, or waited for what "
        "never came"
    )
