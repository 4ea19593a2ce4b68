"""The record: the result of one cell, under the names that every export, report and gate reads.

Numbers are numbers: seconds are floats named `_s`, sizes are ints named `_bytes`, accuracies are fractions.
What was not measured is null (None), never 0: a size of 0 bytes is refused, a count of 0 was counted. Unknown
names, text in place of a number, NaN and infinity are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, model_validator

from models.metrics.catalogue import DEFAULT, METRICS
from reports.block import Block
from reports.origin import Origin

SCHEMA = 2

#: The parts of `Latency.wall_s`, in the order of a cell's life; `other_s` is what none of them holds.
PARTS = (
    "make_keys_s",
    "write_keys_s",
    "load_keys_s",
    "encode_model_s",
    "encrypt_s",
    "evaluate_s",
    "decrypt_s",
)

#: What tables say in place of the metric of a model whose weights are random.
TIMING_ONLY = "random weights, timing only"

Seconds = Annotated[float, Field(ge=0)]
Bytes = Annotated[int, Field(gt=0, lt=2**63)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Error = Annotated[float, Field(ge=0)]
Nats = Annotated[float, Field(ge=0)]


def _known_metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"{name!r} is not a metric of this version; use {' or '.join(METRICS)}")
    return name


MetricName = Annotated[str, AfterValidator(_known_metric)]


class Status(str, Enum):
    """How a cell ended. `unsupported` is an outcome of the library, not a failure of the harness."""

    OK = "ok"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    INTERRUPTED = "interrupted"


class SecurityBlock(Block):
    """The verdict of `backends.security`; what was not judged is not secure."""

    bits: Count | None = None
    log_n: Count | None = None
    log_qp: float | None = None
    secret: str | None = None
    source: str | None = None
    secure: bool = False

    @model_validator(mode="after")
    def _secure_means_128_bits(self) -> SecurityBlock:
        if self.secure != (self.bits is not None and self.bits >= 128):
            raise ValueError(f"secure is {self.secure} at {self.bits} bits; it means 128 bits or more")
        return self


class Parameters(Block):
    """The parameter set as the suite asks for it, and how it is used; `security` tells of the keys.

    `alias` is its short name in the suite, null where it has none. `log_n` is log2 of the ring dimension N.
    """

    alias: str | None = None
    log_n: Annotated[int, Field(gt=0)]
    first_modulus_bits: Annotated[int, Field(gt=0)]
    scale_bits: Annotated[int, Field(gt=0)]
    depth: Annotated[int, Field(gt=0)]
    digits: Annotated[int, Field(gt=0)]
    refresh: Literal["bootstrap", "round_trip"]
    program: str


class Precision(Block):
    """The distribution of bits over all values (see `reports.scoring.precision`).

    `least` is by the largest error, `p99` by the 99th percentile of the errors: 99 % of all values have as
    many bits or more. `error_max` is absolute.
    """

    least: float | None = None
    mean: float | None = None
    median: float | None = None
    p99: float | None = None
    error_max: Error | None = None


class LayerPrecision(Block):
    """Agreement of one layer's decrypted values with the polynomial model's."""

    name: str
    precision_bits: float | None = None
    error_max: Error | None = None
    precision: Precision | None = None


class Loss(Block):
    """What is lost from one stage of conversion (rung) to another; positive is worse."""

    model_config = ConfigDict(populate_by_name=True)

    from_rung: Annotated[str, Field(alias="from")]
    to_rung: Annotated[str, Field(alias="to")]
    mean: float
    low: float
    high: float
    standard_error: Annotated[float, Field(ge=0)]
    confidence: Annotated[float, Field(gt=0, lt=1)]


class RungNats(Block):
    """The mean cross-entropy of every rung, in nats a token."""

    original: Nats | None = None
    he_friendly: Nats | None = None
    polynomial: Nats | None = None
    encrypted: Nats | None = None


class HeldOutLadder(Block):
    """The stages of conversion in the clear, over the case's whole held-out set.

    The cell's samples are the first few of that set (see `reports.scoring.held_out`).
    """

    samples: Annotated[int, Field(gt=0)]
    digest: str
    metric: MetricName
    original: float | None = None
    he_friendly: float | None = None
    polynomial: float | None = None
    nats: RungNats | None = None
    drifts: list[Loss]


class Ladder(Block):
    """The same samples through every stage of conversion, or rung (see `reports.scoring.ladder`)."""

    metric: MetricName = DEFAULT.name
    original: float | None = None
    he_friendly: float | None = None
    polynomial: float | None = None
    encrypted: float | None = None
    nats: RungNats | None = None
    label_agreement: Fraction | None = None
    cosine: Annotated[float, Field(ge=-1, le=1)] | None = None
    logit_error_max: Error | None = None
    logit_error_mean: Error | None = None
    precision_bits: float | None = None
    precision: Precision | None = None
    layers: list[LayerPrecision] | None = None
    held_out: HeldOutLadder | None = None


class LayerTime(Block):
    """Seconds that the evaluator spent in one layer."""

    name: str
    s: Seconds


class Stretch(Block):
    """A piece of the level profile: instructions in a row that serve one layer, or refreshes in a row.

    `highest` and `lowest` are levels of their results, `count` is how many instructions of the program.
    """

    layer: str
    refresh: Literal["bootstrap", "round_trip"] | None = None
    highest: Count
    lowest: Count
    count: Count
    s: Seconds


class Primitive(Block):
    """One primitive at one level: how often it ran, its total time, and single samples where taken.

    `calls` is in how many instructions of the program, of which a compound executes several at once. Of a
    bootstrap that was measured by itself, `result_level` is the level of what it returns, and `failures` how
    many of its `results` have less precision than the suite demands; its bits are those of the others.
    """

    name: str
    level: Count | None = None
    count: Count | None = None
    calls: Count | None = None
    s: Seconds | None = None
    busy_s: Seconds | None = None
    samples_s: list[Seconds] | None = None
    precision_bits: float | None = None
    mean_precision_bits: float | None = None
    bytes: Bytes | None = None
    result_level: Count | None = None
    results: Count | None = None
    failures: Count | None = None


class UnsupportedPrimitive(Block):
    """A primitive that a library does not have at these parameters, under the name that it would have."""

    name: str
    reason: str


class Evaluation(Block):
    """One evaluation of a cell that was repeated; the first is cold."""

    cold: bool
    encrypt_s: Seconds | None = None
    evaluate_s: Seconds
    round_trips_s: Seconds | None = None
    decrypt_s: Seconds | None = None


class Latency(Block):
    """Seconds per stage of the protocol; `evaluate_s` is one cold evaluation.

    `wall_s` is the life of the two parties, from the start of the first to the end of both, without repeats;
    it is the sum of the parts that `PARTS` names and of what is left, `other_s`. `keygen_s` is the sum of the
    first two parts and `prepare_model_s` that of the next two.
    `evaluate_s` includes client-aided refreshes (round trips), which `round_trips_s` names apart;
    `evaluate_cpu_s` is the evaluator's processor time meanwhile, of all its threads, `evaluate_idle_s` for
    how long it used none while it was not waiting for the key owner, at the least, and `planned_evaluate_s`
    what the plan predicted of it from the shipped times.
    `clear_model_s` is the polynomial model in the clear, for comparison, and is part of no other figure.
    `course` is the level profile of the first batch, in the order of the computation. `unsupported` is there
    where primitives were measured one by one and the library lacks some.
    """

    plan_s: Seconds | None = None
    wall_s: Seconds | None = None
    keygen_s: Seconds | None = None
    make_keys_s: Seconds | None = None
    write_keys_s: Seconds | None = None
    prepare_model_s: Seconds | None = None
    load_keys_s: Seconds | None = None
    encode_model_s: Seconds | None = None
    encrypt_s: Seconds | None = None
    evaluate_s: Seconds | None = None
    evaluate_cpu_s: Seconds | None = None
    evaluate_idle_s: Seconds | None = None
    planned_evaluate_s: Seconds | None = None
    round_trips_s: Seconds | None = None
    decrypt_s: Seconds | None = None
    other_s: Seconds | None = None
    per_sample_s: Seconds | None = None
    clear_model_s: Seconds | None = None
    layers: list[LayerTime] | None = None
    course: list[Stretch] | None = None
    primitives: list[Primitive] | None = None
    unsupported: list[UnsupportedPrimitive] | None = None
    runs: list[Evaluation] | None = None


class Memory(Block):
    """Peaks of each party from the operating system, and sizes of what was written."""

    keygen_peak_bytes: Bytes | None = None
    key_owner_peak_bytes: Bytes | None = None
    evaluator_peak_bytes: Bytes | None = None
    together_peak_bytes: Bytes | None = None
    public_key_bytes: Bytes | None = None
    relinearisation_key_bytes: Bytes | None = None
    rotation_keys_bytes: Bytes | None = None
    conjugation_key_bytes: Bytes | None = None
    bootstrap_keys_bytes: Bytes | None = None
    ciphertexts_in_bytes: Bytes | None = None
    ciphertexts_out_bytes: Bytes | None = None
    prepared_model_bytes: Bytes | None = None


class PrimitiveCounts(Block):
    """How often each primitive was executed."""

    bootstraps: Count | None = None
    rotations: Count | None = None
    ct_ct: Count | None = None
    ct_pt: Count | None = None
    relinearisations: Count | None = None
    rescales: Count | None = None
    drops: Count | None = None
    additions: Count | None = None
    negations: Count | None = None
    conjugations: Count | None = None


class Counts(PrimitiveCounts):
    """Exact counts, the same on every machine; executed at the library call, but for `bootstraps_planned`.

    `library` is what the library itself executed for them: an adapter makes a primitive that it lacks of
    others.
    """

    bootstraps_planned: Count | None = None
    round_trips: Count | None = None
    rotation_keys: Count | None = None
    levels_used: Count | None = None
    levels_after_refresh: Count | None = None
    library: PrimitiveCounts | None = None


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


class Wire(Block):
    """What crossed between the parties."""

    to_evaluator_bytes: Bytes | None = None
    to_key_owner_bytes: Bytes | None = None
    messages: Count | None = None


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
    under how many sets of keys the results were computed.
    """

    restarts: Count
    lost_s: Seconds
    journalled_batches: Count
    key_sets: Count
    checkpoints: Count
    checkpoints_s: Seconds


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
    runaways: Runaways | None = None
    survival: Survival | None = None
    environment: Environment = Environment()

    @property
    def set_title(self) -> str:
        """What readers call its parameter set: the alias, or the name where there is none."""
        alias = None if self.parameters is None else self.parameters.alias
        return self.parameter_set if alias is None else alias

    @property
    def disturbed(self) -> bool:
        """Whether parties had died, or others had begun it, so that its times rank with none."""
        return self.survival is not None and bool(self.survival.restarts or self.survival.journalled_batches)

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
