"""The record: the result of one cell, under the names that every export, report and gate reads.

Numbers are numbers: seconds are floats named `_s`, sizes are ints named `_bytes`, accuracies are fractions.
What was not measured is null (None), never 0: a size of 0 bytes is refused, a count of 0 was counted. Unknown
names, text in place of a number, NaN and infinity are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from reports.block import Block
from reports.costs import Counts, Energy, Latency, Memory, Price, Wire
from reports.ladder import Ladder
from reports.origin import Origin
from reports.quantities import Bytes, Count, Seconds
from reports.sharing import Sharing

SCHEMA = 2

#: What tables say in place of the metric of a model whose weights are random.
TIMING_ONLY = "random weights, timing only"


class Status(str, Enum):
    """How a cell ended. `unsupported` is an outcome of the library, not a failure of the harness."""

    OK = "ok"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    INTERRUPTED = "interrupted"

    @property
    def words(self) -> str:
        """As sentences and headings have it."""
        return self.value.replace("_", " ")

    @classmethod
    def others(cls, *named: Status) -> str:
        """Every status but these and `ok` in a row: "failed, timed out or interrupted"."""
        *words, last = (one.words for one in cls if one is not cls.OK and one not in named)
        return f"{', '.join(words)} or {last}"


class SecurityBlock(Block):
    """The verdict of `backends.security`; what was not judged is not secure.

    `error_deviation` is the standard deviation of a coefficient of the error. `secret_from` and `error_from`
    say who tells of secret and error: the library, of its context, or its adapter, which declares them. All
    three are null in older records.
    """

    bits: Count | None = None
    log_n: Count | None = None
    log_qp: Annotated[float, Field(gt=0)] | None = None
    secret: str | None = None
    source: str | None = None
    secure: bool = False
    secret_from: Literal["library", "declared"] | None = None
    error_deviation: Annotated[float, Field(gt=0)] | None = None
    error_from: Literal["library", "declared"] | None = None

    @model_validator(mode="after")
    def _secure_means_128_bits(self) -> SecurityBlock:
        if self.secure != (self.bits is not None and self.bits >= 128):
            raise ValueError(f"secure is {self.secure} at {self.bits} bits; it means 128 bits or more")
        return self


class Parameters(Block):
    """The parameter set as the suite asks for it, and how it is used; `security` tells of the keys.

    `alias` is its short name in the suite, null where it has none. `log_n` is log2 of the ring dimension N.
    `parties` is how many key owners there are, and `log_slots` is null where there are N/2 slots.
    """

    alias: str | None = None
    log_n: Annotated[int, Field(gt=0)]
    first_modulus_bits: Annotated[int, Field(gt=0)]
    scale_bits: Annotated[int, Field(gt=0)]
    depth: Annotated[int, Field(gt=0)]
    digits: Annotated[int, Field(gt=0)]
    refresh: Literal["bootstrap", "round_trip", "interactive_bootstrap"]
    program: str
    parties: Annotated[int, Field(gt=0)] = 1
    log_slots: Annotated[int, Field(gt=0)] | None = None


class Shape(Block):
    """What is computed, by the numbers with which its cost grows.

    `kind` is a model's architecture or a layer's kind. `width` is the most features that an addition has, or
    the input where nothing is added; `blocks` is how many attentions there are. `embedding` is who holds the
    embedding of tokens: the key owner (`client`) or the evaluator (`server`).
    """

    kind: str
    tokens: Annotated[int, Field(gt=0)]
    width: Annotated[int, Field(gt=0)]
    blocks: Count
    embedding: Literal["client", "server"] | None = None


class Runaway(Block):
    """A sample that leaves the interval of a polynomial (see `models.reference.Departure`).

    `reach` is its farthest input there in half lengths of the interval, null where no number holds it.
    `answered` is whether it has an answer, and that of the polynomial model.
    """

    sample: str
    layer: str
    reach: Annotated[float, Field(gt=1)] | None = None
    answered: bool


class Runaways(Block):
    """The samples of the cell that leave an interval, and what it took that the others have their answers.

    `batches_again` is how many batches were asked again, halves of spoiled ones, and `again_s` their seconds
    of evaluation; both are part of all other figures.
    """

    samples: Annotated[list[Runaway], Field(min_length=1)]
    batches_again: Count
    again_s: Seconds


class Survival(Block):
    """What befell the parties of a cell, and what was kept against it; null where it was nothing.

    `restarts` is how many parties had died and were started again, and `lost_s` the seconds of work that was
    done again for it; neither these nor `checkpoints_s`, the seconds of writing checkpoints, are part of
    `evaluate_s`. `journalled_batches` are those whose results parties before had made, and `key_sets` is
    under how many sets of keys the results were computed. `resumed_runs` is how often this one went on with
    the keys and the evaluation of one that was cut off, whose seconds up to there are part of all times.
    """

    restarts: Count
    lost_s: Seconds
    journalled_batches: Count
    key_sets: Count
    checkpoints: Count
    checkpoints_s: Seconds
    resumed_runs: Count = 0


class Environment(Block):
    """The machine and the software, as measured when the cell ran.

    `isolation` is the weakest of what kept each party from the sight of the others, `swap` whether the memory
    of parties that hold secrets could be swapped out. `lost_machines` is how many machines of an executor
    were lost while they ran the cell, None where none was asked for.
    """

    cpu: str | None = None
    cores: Annotated[int, Field(gt=0)] | None = None
    threads: Annotated[int, Field(gt=0)] | None = None
    workers: Annotated[int, Field(gt=0)] | None = None
    pinned: list[Count] | None = None
    shared: list[Count] | None = None
    memory_bytes: Bytes | None = None
    load: Annotated[float, Field(ge=0)] | None = None
    steal_s: Seconds | None = None
    stopped_s: Seconds | None = None
    isolation: Literal["none", "namespaces", "landlock"] | None = None
    swap: Literal["locked", "absent", "possible"] | None = None
    lost_machines: Count | None = None
    calibration_s: Seconds | None = None
    os: str | None = None
    python: str | None = None
    libraries: dict[str, str] = Field(default_factory=dict)
    build: dict[str, str] = Field(default_factory=dict)
    git: str | None = None


class Remote(Block):
    """Where the evaluator ran, if on another machine than the key owner's; `environment` tells of that one.

    `address` is where it listened, `host` what it calls itself. `round_trip_s` is a short message there and
    back, just before the cell. `sent_bytes` and `received_bytes` are all that crossed the connection, the
    model and the messages too, which `wire` leaves out. `key_owner` is the machine of the key owner.
    """

    address: str
    host: str
    round_trip_s: Seconds
    sent_bytes: Bytes | None = None
    received_bytes: Bytes | None = None
    key_owner: Environment


class Record(Block):
    """The result of one cell.

    `reason` is why the status is not ok; of one that is, what befell the samples that `runaways` lists.

    `origin` is what `key` digests. `scored_from` is the run whose raw outputs were scored again: everything
    but the ladder is that run's.

    `weights` says whether the model was trained. One with random weights is there for its size: whatever it
    reached on labelled samples would look like a result, so its ladder has no metric on any rung.
    """

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)] = SCHEMA
    run_id: str
    started_at: AwareDatetime
    suite: str
    case: str
    backend: str
    parameter_set: str
    parameters: Parameters | None = None
    cell: str
    key: str
    origin: Origin | None = None
    scored_from: str | None = None
    status: Status
    reason: str | None = None
    security: SecurityBlock = SecurityBlock()
    weights: Literal["trained", "random"] = "trained"
    shape: Shape | None = None
    samples: Annotated[int, Field(gt=0)]
    batch: Annotated[int, Field(gt=0)] | None = None
    repeats: Annotated[int, Field(gt=0)]
    ladder: Ladder = Ladder()
    latency: Latency = Latency()
    memory: Memory = Memory()
    counts: Counts = Counts()
    wire: Wire = Wire()
    energy: Energy = Energy()
    price: Price | None = None
    sharing: Sharing | None = None
    runaways: Runaways | None = None
    survival: Survival | None = None
    environment: Environment = Environment()
    remote: Remote | None = None

    @property
    def evaluator(self) -> str | None:
        """The address of the evaluator's machine; None where it is the key owner's."""
        return None if self.remote is None else self.remote.address

    @property
    def set_title(self) -> str:
        """What readers call its parameter set: the alias, or the name where there is none."""
        alias = None if self.parameters is None else self.parameters.alias
        return self.parameter_set if alias is None else alias

    @property
    def disturbed(self) -> bool:
        """Whether parties had died, or others had begun it, so that its times rank with none."""
        found = self.survival
        return found is not None and bool(found.restarts or found.journalled_batches or found.resumed_runs)

    @model_validator(mode="after")
    def _what_is_not_ok_says_why(self) -> Record:
        told = self.status is not Status.OK or self.runaways is not None
        if told != (self.reason is not None):
            raise ValueError(
                f"status is {self.status.value} and reason is {self.reason!r}; only ok has none, and that "
                "where no sample runs away"
            )
        return self

    @model_validator(mode="after")
    def _random_weights_have_no_metric(self) -> Record:
        ladder = self.ladder
        rungs = (
            *(ladder.original, ladder.he_friendly, ladder.polynomial, ladder.encrypted),
            *(ladder.nats, ladder.held_out),
        )
        if self.weights == "random" and any(rung is not None for rung in rungs):
            raise ValueError("random weights have no metric; leave every rung of the ladder null")
        return self

    def to_json(self) -> str:
        """One line of JSON under the record's names."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Record:
        """The record that `to_json` wrote; `reports.migration` reads those of earlier schemas on.

        Raises:
            pydantic.ValidationError: a name or a value is not the schema's.
        """
        return cls.model_validate_json(text)


def nothing_measured(records: Sequence[Record]) -> bool:
    """Whether every record is of a cell that its backend cannot do, so that there is nothing to show."""
    return all(record.status is Status.UNSUPPORTED for record in records)
