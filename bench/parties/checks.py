"""What the front process and a party say to each other about the conformance kit."""

from __future__ import annotations

from dataclasses import dataclass

from backends.conformance.kit import Candidate
from bench.parties.messages import Event, Finished, Request


@dataclass(frozen=True)
class Conform(Request[Finished]):
    """Run the checks of one group of `backends.conformance.kit.GROUPS` on a backend."""

    group: str
    candidate: Candidate


@dataclass(frozen=True)
class Checking(Event):
    """A check begins; where the process ends now, it is this one that ended it."""

    name: str


@dataclass(frozen=True)
class Checked(Event):
    """A check has ended.

    Attributes:
        state: `passed`, `failed` or `left out`.
        reason: why it did not pass; empty where it did.
    """

    name: str
    state: str
    reason: str
