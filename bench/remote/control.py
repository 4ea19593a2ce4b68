"""What the two ends of a connection say to each other about it; no party hears any of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.parties.codec import Message


@dataclass(frozen=True)
class Control(Message):
    """Anything that is for the other end of the connection, and not for the party behind it."""


@dataclass(frozen=True)
class Describe(Control):
    """Ask what the machine has for a backend; its environment is made where there is none."""

    backend: str
    build: str


@dataclass(frozen=True)
class Described(Control):
    """What the machine is, and has for a backend.

    Attributes:
        host: what it calls itself.
        versions: of the interpreter and of the library's distributions.
        available_bytes: memory that nothing uses.
        free_bytes: disk that nothing uses, where evaluators have their folders.
    """

    host: str
    versions: Mapping[str, str]
    available_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Opening(Control):
    """Start an evaluator; the first that is said on a session.

    Attributes:
        backend: the backend.
        build: which build of its library.
        role: `module:Class` of the evaluator, one of those that are served.
        adapter: `module:Class` of what it computes with, one of the backend's.
        code: a digest of the evaluator's code, which must be the same at both ends.
        threads: how many it may use.
        memory_bytes: how much memory it may take; None where the suite sets no limit.
    """

    backend: str
    build: str
    role: str
    adapter: str
    code: str
    threads: int
    memory_bytes: int | None


@dataclass(frozen=True)
class Coming(Control):
    """The next frames are the bytes of a file, as many as this says."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class Pulse(Control):
    """The evaluator lives.

    Attributes:
        used_s: processor seconds that it has used so far; None where the system does not tell.
    """

    used_s: float | None


@dataclass(frozen=True)
class Ended(Control):
    """The evaluator has ended by itself: the kind and the sentence of a `PartyError`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Leaving(Control):
    """The key owner's end has no further question; the evaluator is to be ended."""


@dataclass(frozen=True)
class Left(Control):
    """The evaluator is gone, and its folder.

    Attributes:
        environment: the machine while it ran: a `reports.record.Environment` as JSON.
    """

    environment: str
