"""The channel of a party that has nobody to talk to: its requests come from files, and answers go there."""

from __future__ import annotations

from bench.parties.channel import Channel


class _Nobody:
    """Both ends: it takes every line, and has none."""

    def readline(self) -> str:
        """No line: the other end is gone."""
        return ""

    def write(self, text: str, /) -> None:
        """Take a line."""

    def flush(self) -> None:
        """There is nothing to send."""


def silent() -> Channel:
    """A channel on which a party tells its progress to nobody."""
    return Channel(_Nobody(), _Nobody())
