"""The schema of a suite's YAML file.

suite: vit_tiny
title: one line for `bench list`
security: 128            # demanded of every parameter set that does not say `security: 0` (INSECURE)
samples: 64              # that the cells run
held_out: all            # or how many samples, from the first, the clear rungs (stages) are compared on
repeats: 1
threads: 2
rounds: 1                # fresh processes a cell; in each round every cell has its turn
cases:                   # see bench.spec.cases
  - {name: digits, model: vit_tiny, data: digits}
  - {name: linear, layer: {kind: linear, tokens: 16, features: 64}}
  - {name: all, primitives: {repetitions: 30, long_repetitions: 5}}
parameter_sets:          # each may have its own cases, samples, repeats, threads and limits
  - {alias: shared14, log_n: 14, ..., refresh: round_trip, program: portable, backends: [openfhe, tenseal]}
limits: {seconds: 3600, stages: {start_s: 60}, memory_bytes: 22000000000}
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from backends.parameters import COEFFICIENTS_TO_SLOTS_FIRST, ParameterSet
from bench.spec.cases import CaseLiteral, Name
from reports.block import Block


def _count(written: object) -> int | None:
    """What `held_out` means: None for all."""
    if written == "all":
        return None
    if type(written) is int and written >= 2:
        return written
    raise PydanticCustomError("held_out", "write all, or 2 or more samples")


#: More samples than any data set holds out; more threads than machines have cores; evaluations and processes
#: that take years.
MOST_SAMPLES, MOST_THREADS, MOST_REPEATS = 1_000_000, 1024, 10_000
#: Three years; a petabyte; bits of a float64 and a few more.
MOST_SECONDS, MOST_BYTES, MOST_BITS = 1e8, 10**15, 60.0
MOST_CASES = MOST_SETS = 200
MOST_RESTARTS = 100

Samples = Annotated[int, Field(gt=0, le=MOST_SAMPLES)]
Threads = Annotated[int, Field(gt=0, le=MOST_THREADS)]
Repeats = Annotated[int, Field(gt=0, le=MOST_REPEATS)]
HeldOutCount = Annotated[
    int | None,
    BeforeValidator(_count),
    WithJsonSchema({"anyOf": [{"const": "all"}, {"type": "integer", "minimum": 2}]}),
]


class BootstrapLiteral(Block):
    """See `backends.parameters.BootstrapParameters`."""

    level_budget: Annotated[tuple[int, int], Field(strict=False)]
    correction_factor: int | None = None
    depth: int
    kind: str = COEFFICIENTS_TO_SLOTS_FIRST
    iterations: int = 1
    first_precision_bits: int | None = None


Seconds = Annotated[float, Field(gt=0, le=MOST_SECONDS)]
#: What a stage may take where a suite says nothing: ten minutes to start a process, twelve hours for what is
#: done once, three days to compute.
START_S, ONCE_S, COMPUTE_S = 600.0, 43_200.0, 259_200.0


class StageLimits(Block):
    """The longest time of each stage in which parties work.

    Attributes:
        start_s: a party's interpreter and its library.
        keys_s: making and writing all keys.
        load_s: checking and loading them.
        model_s: encoding the model's constants.
        encrypt_s: packing and encrypting all samples.
        evaluate_s: an evaluation of all batches, or the measurement of a level's primitives.
        decrypt_s: decrypting what an evaluation found.
    """

    start_s: Seconds = START_S
    keys_s: Seconds = ONCE_S
    load_s: Seconds = ONCE_S
    model_s: Seconds = ONCE_S
    encrypt_s: Seconds = ONCE_S
    evaluate_s: Seconds = COMPUTE_S
    decrypt_s: Seconds = ONCE_S


class Limits(Block):
    """What a cell may take and must reach.

    Attributes:
        seconds: the longest time from the first stage to the last.
        stages: the longest time of each stage.
        memory_bytes: the largest memory of all its processes together.
        precision_bits: the least precision of the decrypted logits; below it the cell fails.
        label_agreement: the least fraction of samples with the polynomial model's label; likewise.
        checkpoint_s: how often an evaluation is kept between layers, for an evaluator that takes the place of
            one that died; never where it is None.
        keep_keys_s: for how long the keys and the evaluation of a run that was killed wait for the same
            command, the secret key sealed; not at all where it is None.
        restarts: how many of its parties may be started again once they died.
    """

    seconds: Seconds | None = None
    stages: StageLimits = StageLimits()
    memory_bytes: Annotated[int, Field(gt=0, le=MOST_BYTES)] | None = None
    precision_bits: Annotated[float, Field(ge=0, le=MOST_BITS)] = 8.0
    label_agreement: Annotated[float, Field(ge=0, le=1)] = 0.98
    checkpoint_s: Seconds | None = None
    keep_keys_s: Seconds | None = None
    restarts: Annotated[int, Field(ge=0, le=MOST_RESTARTS)] = 0


class ParameterLiteral(Block):
    """See `backends.parameters.ParameterSet`; a set that does not say its security has the suite's."""

    log_n: int
    first_modulus_bits: int
    scale_bits: int
    depth: int
    digits: int
    secret: str = "uniform_ternary"
    security: int | None = None
    bootstrap: BootstrapLiteral | None = None
    parties: int = 1
    log_slots: int | None = None

    def parameters(self, security: int) -> ParameterSet:
        """The validated set.

        Raises:
            ParameterError: no set has these values.
        """
        own = self.model_dump(include=set(ParameterLiteral.model_fields))
        return ParameterSet.from_json({**own, "security": security})


class SuiteParameterLiteral(ParameterLiteral):
    """A parameter set and how a suite uses it (see `bench.spec.suite.SuiteParameterSet`)."""

    alias: Name | None = None
    refresh: Literal["bootstrap", "round_trip", "interactive_bootstrap"]
    program: Literal["portable", "complex", "vectors", "tensors"] = "portable"
    backends: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    cases: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    samples: Samples | None = None
    repeats: Repeats | None = None
    threads: Threads | None = None
    limits: Limits | None = None


class SuiteFile(Block):
    """The whole file."""

    suite: Name
    title: Annotated[str, Field(max_length=500)]
    security: Literal[0, 128, 192, 256] = 128
    samples: Samples
    held_out: HeldOutCount = Field(default=None, validate_default=False)
    repeats: Repeats = 1
    threads: Threads = 1
    rounds: Repeats = 1
    cases: Annotated[tuple[CaseLiteral, ...], Field(strict=False, min_length=1, max_length=MOST_CASES)]
    parameter_sets: Annotated[
        tuple[SuiteParameterLiteral, ...], Field(strict=False, min_length=1, max_length=MOST_SETS)
    ]
    limits: Limits = Limits()
