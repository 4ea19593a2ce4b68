"""What is said to a key owner whose secret key may outlive its process, and of an evaluation that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from backends.parameters import ParameterSet
from bench.parties.messages import Answer, Event, Finished, Request
from bench.parties.wire import Shipment


@dataclass(frozen=True)
class Sealed(Answer):
    """The secret key is in a file, sealed.

    Attributes:
        file: in the key owner's folder, which it never leaves.
        key: the number under which the kernel keeps what opens it; None where it keeps nothing, and the file
            is not there.
    """

    file: Shipment | None
    key: int | None


@dataclass(frozen=True)
class Seal(Request[Sealed]):
    """Seal the secret key, for a key owner that takes this one's place within some seconds."""

    seconds: float


@dataclass(frozen=True)
class Unseal(Request[Finished]):
    """Take a sealed secret key up.

    Attributes:
        parameters: under which it was made.
        file: see `Sealed`.
        key: likewise.
        sent: how many ciphertexts were sent under it, whose names are taken.
    """

    parameters: ParameterSet
    file: Shipment
    key: int
    sent: int


@dataclass(frozen=True)
class Checkpointed(Event):
    """The evaluation of a batch is kept so far; the evaluator waits to be sent that it is `Noted`.

    Attributes:
        batch: its number.
        index: of the first instruction that is not done.
        seconds: that writing it took.
    """

    batch: int
    index: int
    seconds: float


@dataclass(frozen=True)
class Noted(Answer):
    """What a `Checkpointed` told is kept by the one who drives the evaluator."""


@dataclass(frozen=True)
class WentOn(Event):
    """The evaluator goes on with a batch from where it was kept.

    Attributes:
        batch: its number.
        index: of the first instruction that is not done.
    """

    batch: int
    index: int
