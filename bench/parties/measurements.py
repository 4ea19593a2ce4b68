"""What is said where a library's primitives are measured one by one (see `bench.parties.messages`)."""

from __future__ import annotations

from dataclasses import dataclass

from backends.parameters import ParameterSet
from bench.parties.messages import Answer, Batch, Event, Finished, Request
from bench.parties.wire import Shipment


@dataclass(frozen=True)
class Repetitions:
    """How often an operation is timed.

    Attributes:
        short: where its warm-up takes under a second.
        long: where it takes longer.
    """

    short: int
    long: int


@dataclass(frozen=True)
class Sums:
    """The results of a primitive, to be checked by decryption.

    Attributes:
        ciphertexts: one for each ciphertext of a result: its sum over the repetitions. Of a primitive whose
            results are checked apart, one for each repetition.
        terms: how many results were added up.
        level: the level of the first.
    """

    ciphertexts: Batch
    terms: int
    level: int


@dataclass(frozen=True)
class Timed(Event):
    """A primitive has been timed.

    Attributes:
        level: the level of its operands; None where it has none.
        samples_s: seconds of each repetition.
        size_bytes: the size in bytes of the file that it wrote or read.
        decrypted: the key owner's file of what came out, `[repetitions, slots]`.
        sums: the evaluator's results, where there is something to check.
    """

    name: str
    level: int | None
    samples_s: tuple[float, ...]
    size_bytes: int | None = None
    decrypted: str | None = None
    sums: Sums | None = None


@dataclass(frozen=True)
class NotMeasured(Event):
    """The library cannot do a primitive, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class MeasuredKeys(Answer):
    """The keys that were measured, those that an evaluator can load."""

    files: tuple[Shipment, ...]


@dataclass(frozen=True)
class MeasureKeys(Request[MeasuredKeys]):
    """Time the making and writing of each kind of key; a rotation's key is that of `step`."""

    kinds: tuple[str, ...]
    step: int
    repetitions: Repetitions


@dataclass(frozen=True)
class MeasuredEncryption(Answer):
    """One ciphertext of each file of values, for the evaluator to measure on."""

    ciphertexts: Batch


@dataclass(frozen=True)
class MeasureEncryption(Request[MeasuredEncryption]):
    """Time encryption and decryption at a level; `values` are files of slot vectors."""

    level: int
    values: tuple[str, ...]
    repetitions: Repetitions


@dataclass(frozen=True)
class MeasureLoading(Request[Finished]):
    """Time the loading of each file in `measured`, at an evaluator made from `files`."""

    parameters: ParameterSet
    files: tuple[Shipment, ...]
    measured: tuple[Shipment, ...]
    repetitions: Repetitions


@dataclass(frozen=True)
class MeasurePrimitives(Request[Finished]):
    """Time primitives on two ciphertexts.

    Attributes:
        primitives: names of `backends.microbenchmarks.BY_NAME`.
        ciphertexts: the two.
        plain: a file with the second one's values.
        steps: the steps of the rotations.
    """

    primitives: tuple[str, ...]
    ciphertexts: Batch
    plain: str
    steps: tuple[int, ...]
    repetitions: Repetitions
