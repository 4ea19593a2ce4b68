"""What all roles have in common: a folder, a channel, and a handler for each request that they answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from bench.parties.channel import Channel
from bench.parties.errors import MessageError
from bench.parties.messages import AnAnswer, Answer, Request
from bench.parties.spent import Meter

AnyRequest = TypeVar("AnyRequest", bound=Request[Answer])
Handler = Callable[[AnyRequest], Answer]


class Party:
    """One party. All of its state is here; nothing of it is the process's.

    Attributes:
        holds_secrets: whether such a party has what nobody else may ever read: a secret key, or samples.
        folder: where its files lie.
        channel: to the front process.
        meter: of what it spends on a request.
    """

    holds_secrets: ClassVar[bool] = False

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Take up the role.

        Args:
            folder: where the party's files lie.
            channel: to the front process.
            adapter: `module:Class`, which the role imports, and the library with it.
        """
        self.folder, self.channel = folder, channel
        self.meter = Meter(lambda: channel.waited_s)
        self._handlers: dict[type[Request[Answer]], Callable[..., Answer]] = {}

    def handles(self, request: type[AnyRequest], handler: Handler[AnyRequest]) -> None:
        """Register what answers a kind of request."""
        self._handlers[request] = handler

    def answer(self, request: Request[AnAnswer]) -> AnAnswer:
        """Do what is asked for.

        Raises:
            MessageError: this role does not answer such a request, or answers it with something else.
        """
        asked, role = type(request), type(self).__name__
        if asked not in self._handlers:
            raise MessageError(f"{role} does not answer {asked.__name__}; ask the role that does")
        answer = self._handlers[asked](request)
        if not isinstance(answer, asked.answer()):
            raise MessageError(
                f"{role} answers {asked.__name__} with {type(answer).__name__}; mend its handler"
            )
        return answer
