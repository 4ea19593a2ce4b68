"""Everything that the front process and a party say to each other, one class a message.

The front process sends requests; a party sends events while it works on one, and then `Done` with the
request's answer, or `Failed`. `bench.parties.codec` checks each on both sides. Keys and ciphertexts are
files, which messages announce as shipments (see `bench.parties.wire`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar, get_args

from backends.constants_room import Room
from backends.interface import SecurityFacts
from backends.measured import Stretch
from backends.parameters import ParameterSet
from backends.tensor.layout import Layout, ValueLayout
from bench.parties.codec import Message
from bench.parties.spent import Spent
from bench.parties.wire import Shipment

Batch = tuple[Shipment, ...]


@dataclass(frozen=True)
class Answer(Message):
    """What a party has to say once it has done what it was asked for."""


@dataclass(frozen=True)
class Finished(Answer):
    """It is done, and there is nothing more to say."""


AnAnswer = TypeVar("AnAnswer", bound=Answer, covariant=True)


@dataclass(frozen=True)
class Request(Message, Generic[AnAnswer]):
    """Something that a party is asked to do; the parameter is the class of its answer."""

    @classmethod
    def answer(cls) -> type[AnAnswer]:
        """The class of the answer to this request."""
        (base,) = (one for one in vars(cls)["__orig_bases__"] if get_args(one))
        kind: type[AnAnswer] = get_args(base)[0]
        return kind


@dataclass(frozen=True)
class Event(Message):
    """What a party says without being done."""


# What any party says.


@dataclass(frozen=True)
class Ready(Event):
    """The party has imported its library.

    Attributes:
        isolation: what keeps other parties from its sight (see `bench.parties.isolation`).
        swap: whether its secrets can be swapped out (see `bench.parties.swap`); None where it holds none.
    """

    isolation: str
    swap: str | None


@dataclass(frozen=True)
class Done(Event):
    """The request was done.

    Attributes:
        peak_bytes: the process's peak memory during it.
        spent: what the process spent on it.
    """

    peak_bytes: int
    spent: Spent
    answer: Answer


@dataclass(frozen=True)
class Failed(Event):
    """The request, or the start of the party, ended with an exception.

    Attributes:
        kind: the exception's name.
        text: its sentence.
        peak_bytes: the process's peak memory during it.
    """

    kind: str
    text: str
    peak_bytes: int


# Keys.


@dataclass(frozen=True)
class Generated(Answer):
    """The keys are made, and those that the evaluator needs are written.

    Attributes:
        make_s: seconds of setting the library up and making them in memory.
        write_s: seconds of writing them.
        security: what the keys are, read from the library as far as it tells.
        versions: the versions of the library and of what it is built on.
    """

    make_s: float
    write_s: float
    files: tuple[Shipment, ...]
    security: SecurityFacts
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Generate(Request[Generated]):
    """Make keys for some rotations, and for the bootstrap and the conjugation if asked for."""

    parameters: ParameterSet
    rotation_steps: tuple[int, ...]
    bootstrap: bool
    conjugation: bool


@dataclass(frozen=True)
class GenerateNative(Request[Generated]):
    """Make the keys of a library's own types; which rotations there are is the library's choice."""

    parameters: ParameterSet


@dataclass(frozen=True)
class Loaded(Answer):
    """The keys are loaded; `seconds` is what that took after their digests were checked."""

    seconds: float


@dataclass(frozen=True)
class Load(Request[Loaded]):
    """Check every key file's digest, then let the library load it.

    Attributes:
        parameters: of the keys.
        files: that hold them.
        keep: whether the files stay, for an evaluator that takes this one's place should it die.
    """

    parameters: ParameterSet
    files: tuple[Shipment, ...]
    keep: bool = False


@dataclass(frozen=True)
class BeginAudit(Request[Finished]):
    """Count at the library's own calls from now on; `binding` is `module:NAME` of what they execute."""

    binding: str


# A program, or a layer in a library's own types.


@dataclass(frozen=True)
class Prepared(Answer):
    """The model is there.

    Attributes:
        prepared_model_bytes: memory that its encoded constants take; None where the system does not say.
        workers: how many instructions will run side by side.
    """

    seconds: float
    prepared_model_bytes: int | None
    workers: int = 1


@dataclass(frozen=True)
class Prepare(Request[Prepared]):
    """Load a program and encode its constants.

    Attributes:
        program: the name of its files.
        digest: the digest of the program.
        room: memory for constants; as much as it takes where it is None.
        workers: how many instructions run side by side, each on one thread of the library; 1 is one after the
            other on all its threads.
    """

    program: str
    digest: str
    room: Room | None
    workers: int = 1


@dataclass(frozen=True)
class PrepareGraph(Request[Prepared]):
    """Load a graph; a library's own types encode nothing ahead. `graph` is the name of its files."""

    graph: str


@dataclass(frozen=True)
class Encrypted(Answer):
    """The ciphertexts are written, batch by batch."""

    seconds: float
    batches: tuple[Batch, ...]


@dataclass(frozen=True)
class Encrypt(Request[Encrypted]):
    """Pack the samples of a file, batch by batch, and encrypt each.

    Attributes:
        samples: a file of `[samples, tokens, features]`, or of numbers of one-hot tokens `[samples, tokens]`.
        layout: the sides of a ciphertext's slots.
        value: where the values of a sample lie in them.
        level: at which they are encrypted.
    """

    samples: str
    layout: Layout
    value: ValueLayout
    level: int


@dataclass(frozen=True)
class EncryptRows(Request[Encrypted]):
    """Encrypt a file of `[rows, features]` as a library's own types do."""

    rows: str


@dataclass(frozen=True)
class Decrypted(Answer):
    """The values are written to the file that the request names."""

    seconds: float


@dataclass(frozen=True)
class Decrypt(Request[Decrypted]):
    """Decrypt into a file: slot vectors `[ciphertexts, slots]`, or `[rows, features]` of native types."""

    ciphertexts: Batch
    file: str


@dataclass(frozen=True)
class Refreshed(Answer):
    """A fresh ciphertext of the same values.

    Attributes:
        readable: whether there were values to read; if not, it is one of zeros, and its batch is spoiled.
            That is for the key owner's side alone; the evaluator is always told that there were.
    """

    ciphertext: Shipment
    readable: bool = True


@dataclass(frozen=True)
class Refresh(Request[Refreshed]):
    """Decrypt a ciphertext and encrypt it again at a level."""

    ciphertext: Shipment
    level: int


@dataclass(frozen=True)
class ExecutedPrimitive:
    """What one primitive did in a batch.

    Attributes:
        operation: the operation of a `backends.primitives.Primitive`.
        level: the level of its operands.
        instructions: the instructions of the program that have it.
        executions: the executions of the primitive; a compound instruction has several.
        seconds: their shares of the wall together (see `backends.measured`).
        busy_s: how long workers were busy with them.
    """

    operation: str
    level: int
    instructions: int
    executions: int
    seconds: float
    busy_s: float


@dataclass(frozen=True)
class BatchFigures:
    """What the evaluator measured in one batch.

    Attributes:
        evaluate_s: the whole evaluation, round trips included.
        round_trips_s: the part spent waiting for the key owner.
        layers: seconds per layer name.
        course: the level profile; empty where a library's own types keep it to themselves.
        primitives: those executed, by level; empty likewise.
        counts: primitives executed, by the name that they are counted under; empty likewise.
        cpu_s: processor time of all threads of the evaluator meanwhile.
    """

    evaluate_s: float
    round_trips_s: float
    layers: Mapping[str, float]
    course: tuple[Stretch, ...] = ()
    primitives: tuple[ExecutedPrimitive, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Evaluated(Answer):
    """A batch is computed."""

    outputs: Batch
    measured: BatchFigures


@dataclass(frozen=True)
class Evaluate(Request[Evaluated]):
    """Compute a batch.

    Attributes:
        batch: its ciphertexts.
        number: by which events tell of it.
        name: of this evaluation of it; a checkpoint of one is never taken up in another.
        checkpoint_s: after so many seconds the evaluation is kept between two layers; never where it is None.
    """

    batch: Batch
    number: int = 0
    name: str = ""
    checkpoint_s: float | None = None


@dataclass(frozen=True)
class RoundTrip(Event):
    """The evaluator waits for a client-aided refresh: it is to be sent a `Refreshed` at this level.

    Attributes:
        batch: its number.
        ciphertext: the one to be refreshed.
        level: of the fresh one.
    """

    batch: int
    ciphertext: Shipment
    level: int


@dataclass(frozen=True)
class Probed(Event):
    """A value at a layer's boundary, for the key owner to decrypt."""

    batch: int
    name: str
    ciphertexts: Batch


@dataclass(frozen=True)
class Progress(Event):
    """The evaluator has done an instruction.

    Attributes:
        batch: its number.
        index: the index of the instruction in the program.
        layer: that the instruction serves.
        level: the level of its results.
    """

    batch: int
    index: int
    layer: str
    level: int
