"""How talking to a party goes wrong."""

from __future__ import annotations


class MessageError(Exception):
    """A message is not what its class says; the text names the message and the field."""


class RoleError(Exception):
    """What the launcher was given as a role is not the class of a party."""


class PartyError(Exception):
    """A party answered with an error, or ended without an answer.

    Attributes:
        kind: the name of the party's exception, or `Died`, `OutOfMemory`, `TimedOut`, `Idle` or
            `MessageError`.
        peak_bytes: its peak memory so far, where it could still say.
    """

    def __init__(self, kind: str, text: str, peak_bytes: int | None = None) -> None:
        super().__init__(text)
        self.kind = kind
        self.peak_bytes = peak_bytes
