"""The loop that a party runs: one request a line in, any number of events out, `Done` or `Failed` last."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name

from bench.parties.channel import Channel
from bench.parties.errors import MessageError, RoleError
from bench.parties.isolation import NONE
from bench.parties.memory import peak_bytes, reset_peak
from bench.parties.messages import Done, Failed, Ready, Request
from bench.parties.party import Party
from bench.parties.reasons import reason

#: Protects the process of a party of some class, and says what holds.
Guard = Callable[[type[Party]], Ready]


def unguarded(kind: type[Party]) -> Ready:
    """Of a party that has no process of its own."""
    return Ready(NONE, None)


def serve(role: str, adapter: str, folder: Path, channel: Channel, guard: Guard = unguarded) -> None:
    """Answer requests until the front process closes its end.

    Args:
        role: `module:Class` of a `Party`.
        adapter: `module:Class` of what the role imports to compute with.
        folder: where the party's files lie.
        channel: to the front process.
        guard: protects the process that is to be such a party, and says what holds.
    """
    try:
        kind = load_role(role)
        ready = guard(kind)
        party = kind(folder, channel, adapter)
    except Exception as error:
        _report(channel, error)
        return
    channel.send(ready)
    while _answer_next(party, channel):
        pass


def load_role(role: str) -> type[Party]:
    """Import `module:Class`.

    Raises:
        RoleError: there is no such class, or it is not a party.
    """
    try:
        found = resolve_name(role)
    except (ValueError, ImportError, AttributeError) as error:
        raise RoleError(f"the role {role!r} cannot be imported ({error}); give module:Class") from error
    if not (isinstance(found, type) and issubclass(found, Party)):
        raise RoleError(f"the role {role!r} is not a class of a Party; give one of bench.parties.roles")
    return found


def _answer_next(party: Party, channel: Channel) -> bool:
    """Answer one request; False once there is none."""
    try:
        request = channel.receive(Request)
    except MessageError as error:
        _report(channel, error)
        return True
    if request is None:
        return False
    reset_peak()
    party.meter.begin()
    try:
        answer = party.answer(request)
        channel.send(Done(peak_bytes(), party.meter.spent, answer))
    except Exception as error:
        _report(channel, error)
    return True


def _report(channel: Channel, error: Exception) -> None:
    """The traceback to the log, the sentence to the front process."""
    with suppress(OSError):  # the log may lie on the disk whose filling up is the error
        traceback.print_exception(error)
        sys.stderr.flush()
    channel.send(Failed(type(error).__name__, reason(error), peak_bytes()))
