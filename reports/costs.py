"""What a cell cost: the blocks of a record that hold its seconds, bytes and counts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reports.block import Block
from reports.quantities import Bytes, Count, Joules, Money, Seconds

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


class StageCost(Block):
    """What one party spent on all that it was asked in one stage of a cell's life.

    `stage` is one that a suite limits or `repeats`, all evaluations after the first; `party` is as `sharing`
    names it. `wall_s` is the time of its requests with their files, `waited_s` the part in which it waited
    for the other side; `user_s` and `system_s` are processor seconds of all its threads, and `idle_s` is what
    none of these three fills, at the least. Keeping a checkpoint is in none of them.
    """

    stage: Literal["start", "keys", "load", "model", "encrypt", "evaluate", "decrypt", "repeats"]
    party: str
    wall_s: Seconds
    waited_s: Seconds
    user_s: Seconds
    system_s: Seconds
    idle_s: Seconds
    voluntary_switches: Count
    involuntary_switches: Count


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
    where primitives were measured one by one and the library lacks some. `stages` is what each party spent
    in each stage, null in older records.
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
    stages: list[StageCost] | None = None


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


class Energy(Block):
    """Energy of all processor packages by stage, in joules, from their own counters (`bench.run.energy`).

    Other programs' energy meanwhile is in it. Stages are those that a suite limits; `wall_j` is their sum,
    without evaluations after the first. `absent` says why there is none.
    """

    source: Literal["RAPL"] | None = None
    absent: str | None = None
    start_j: Joules | None = None
    keys_j: Joules | None = None
    load_j: Joules | None = None
    model_j: Joules | None = None
    encrypt_j: Joules | None = None
    evaluate_j: Joules | None = None
    decrypt_j: Joules | None = None
    wall_j: Joules | None = None


class Price(Block):
    """What the evaluator costs on a rented server: computed, and never measured (`bench.run.prices`).

    `computing` is for the time of model preparation and one evaluation of all samples, `traffic` for what
    leaves the server.
    """

    currency: str
    server: str
    server_per_hour: Money
    traffic_per_gb: Money
    computing: Money
    traffic: Money
    total: Money


class Network(Block):
    """What the traffic takes on a network of the field: computed, and never measured (`bench.run.networks`).

    `keys_s` is sending the keys, `online_s` all that comes after them.
    """

    name: str
    round_trip_s: Seconds
    bytes_per_s: Annotated[float, Field(gt=0)]
    keys_s: Seconds
    online_s: Seconds


class Wire(Block):
    """What crossed between the parties.

    `rounds` is how often one waits for the other after the keys were sent, and `networks` what bytes and
    rounds would take.
    """

    to_evaluator_bytes: Bytes | None = None
    to_key_owner_bytes: Bytes | None = None
    messages: Count | None = None
    rounds: Count | None = None
    networks: list[Network] | None = None
