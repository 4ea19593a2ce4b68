"""From what a session measured to the blocks of the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from backends.primitives import Primitive, primitive
from backends.program import REFRESHES, Program
from backends.registry import Descriptor, executed
from backends.security import Security
from bench.parties.messages import BatchFigures, Encrypted, Generated, Loaded, Prepared
from bench.parties.wire import Crossed, Shipment
from bench.run import networks, prices
from bench.run.exchanges import Evaluation, bytes_of
from bench.run.session import Peaks, Protection
from bench.run.spending import Spending
from bench.run.survival import Survival
from reports import costs, record
from reports.sharing import Sharing

ROUND_TRIPS = Primitive.ROUND_TRIP.counted
#: What is counted at the library's calls and, of round trips, at the evaluator's.
COUNTED = (*costs.PrimitiveCounts.model_fields, ROUND_TRIPS)


@dataclass
class Figures:
    """What the stages of a cell returned so far; a stage that was never reached stays None.

    A cell that fails has a record of the stages before, so each is noted as soon as it ends.

    Attributes:
        planned_evaluate_s: what the plan predicted of one evaluation of all batches, by the library's usual
            build.
        wall_s: seconds of the parties' life, evaluations after the first left out.
        repeats_s: seconds of evaluations after the first.
        spending: what the parties spent by stage.
        stopped_s: seconds in which a signal had stopped a party.
        sharing: what several key owners did, up to the end of the first evaluation.
        survival: what was started again, and what was kept.
        energy: of all attempts of the parties.
    """

    plan_s: float | None = None
    planned_evaluate_s: float | None = None
    wall_s: float | None = None
    repeats_s: float = 0.0
    clear_model_s: float | None = None
    generated: Generated | None = None
    loaded: Loaded | None = None
    prepared: Prepared | None = None
    encrypted: Encrypted | None = None
    evaluations: list[Evaluation] = field(default_factory=list)
    primitives: list[costs.Primitive] = field(default_factory=list)
    unsupported: list[costs.UnsupportedPrimitive] = field(default_factory=list)
    peaks: Peaks = field(default_factory=Peaks)
    protection: Protection = field(default_factory=Protection)
    spending: Spending = field(default_factory=Spending)
    together_peak_bytes: int | None = None
    stopped_s: float = 0.0
    security: Security | None = None
    wire: costs.Wire = field(default_factory=costs.Wire)
    energy: costs.Energy = field(default_factory=costs.Energy)
    sharing: Sharing | None = None
    survival: Survival = field(default_factory=Survival)

    def afresh(self) -> Figures:
        """Those of a cell whose parties begin anew: what was there before them."""
        return Figures(
            plan_s=self.plan_s,
            planned_evaluate_s=self.planned_evaluate_s,
            clear_model_s=self.clear_model_s,
            survival=self.survival,
        )

    @property
    def keys(self) -> Sequence[Shipment]:
        """The key files that the key owner made for the evaluator."""
        return () if self.generated is None else self.generated.files

    @property
    def libraries(self) -> Mapping[str, str]:
        """The versions of the libraries, as the key owner's process says."""
        return {} if self.generated is None else self.generated.versions


def latency(figures: Figures, samples: int, correct: bool) -> costs.Latency:
    """Seconds by stage; a wrong output gives no time of evaluation."""
    runs = [
        _run(figures, evaluation, cold=number == 0) for number, evaluation in enumerate(figures.evaluations)
    ]
    cold = runs[0] if runs and correct else None
    first = figures.evaluations[0].measured if cold is not None else []
    parts = dict(_stages(figures)) | _evaluated(cold)
    wall_s = figures.wall_s if cold else None
    cpu_s = sum(batch.cpu_s for batch in first)
    return costs.Latency(
        plan_s=figures.plan_s,
        clear_model_s=figures.clear_model_s,
        wall_s=wall_s,
        keygen_s=_sum(parts, "make_keys_s", "write_keys_s"),
        prepare_model_s=_sum(parts, "load_keys_s", "encode_model_s"),
        **parts,
        planned_evaluate_s=figures.planned_evaluate_s if cold else None,
        evaluate_cpu_s=cpu_s or None,
        evaluate_idle_s=_idle_s(cold, cpu_s) if cold and cpu_s else None,
        round_trips_s=cold.round_trips_s if cold else None,
        other_s=None if wall_s is None else wall_s - sum(parts.values()),
        per_sample_s=cold.evaluate_s / samples if cold else None,
        layers=_layers(first) if cold else None,
        course=_course(first[0]) if first else None,
        primitives=_entries(figures, first) if correct else None,
        unsupported=figures.unsupported or None,
        runs=runs if cold else None,
        stages=figures.spending.stages(correct=correct),
    )


def _idle_s(cold: costs.Evaluation, cpu_s: float) -> float:
    """For how long the evaluator can have used no processor at all, at the least; threads may hide more."""
    return max(0.0, cold.evaluate_s - (cold.round_trips_s or 0.0) - cpu_s)


def _run(figures: Figures, evaluation: Evaluation, *, cold: bool) -> costs.Evaluation:
    return costs.Evaluation(
        cold=cold,
        encrypt_s=_encrypt_s(figures) if cold else None,
        evaluate_s=sum(batch.evaluate_s for batch in evaluation.measured),
        round_trips_s=sum(batch.round_trips_s for batch in evaluation.measured),
        decrypt_s=evaluation.decrypt_s,
    )


def _stages(figures: Figures) -> Iterator[tuple[str, float]]:
    """The parts of a cell's life before its evaluation that were reached, by the record's names."""
    if figures.generated is not None:
        yield "make_keys_s", figures.generated.make_s
        yield "write_keys_s", figures.generated.write_s
    if figures.loaded is not None:
        yield "load_keys_s", figures.loaded.seconds
    if figures.prepared is not None:
        yield "encode_model_s", figures.prepared.seconds
    seconds = _encrypt_s(figures)
    if seconds is not None:
        yield "encrypt_s", seconds


def _evaluated(cold: costs.Evaluation | None) -> dict[str, float]:
    """The parts of a cell's life that a wrong output does not have."""
    if cold is None or cold.decrypt_s is None:
        return {}
    return {"evaluate_s": cold.evaluate_s, "decrypt_s": cold.decrypt_s}


def _sum(parts: Mapping[str, float], *names: str) -> float | None:
    """The sum of the parts that were reached; None where none was."""
    reached = [parts[name] for name in names if name in parts]
    return sum(reached) if reached else None


def _encrypt_s(figures: Figures) -> float | None:
    """Of all samples, and of those that were encrypted again for the first evaluation."""
    if figures.encrypted is None:
        return None
    return figures.encrypted.seconds + sum(one.encrypt_again_s for one in figures.evaluations[:1])


def _layers(batches: Iterable[BatchFigures]) -> list[costs.LayerTime]:
    total: dict[str, float] = defaultdict(float)
    for batch in batches:
        for name, seconds in batch.layers.items():
            total[name] += seconds
    return [costs.LayerTime(name=name, s=seconds) for name, seconds in total.items()]


def _course(batch: BatchFigures) -> list[costs.Stretch] | None:
    """The course of levels; None where a library's own types keep it to themselves."""
    return [
        costs.Stretch.model_validate(
            {
                "layer": stretch.layer,
                "refresh": stretch.refresh,
                "highest": stretch.highest,
                "lowest": stretch.lowest,
                "count": stretch.instructions,
                "s": stretch.seconds,
            }
        )
        for stretch in batch.course
    ] or None


def _entries(figures: Figures, batches: Sequence[BatchFigures]) -> list[costs.Primitive] | None:
    """Primitives measured one by one, or those of an evaluation; None where there were neither."""
    return figures.primitives or _primitives(batches) or None


def _primitives(batches: Iterable[BatchFigures]) -> list[costs.Primitive]:
    counts: Counter[tuple[str, int]] = Counter()
    calls: Counter[tuple[str, int]] = Counter()
    seconds: dict[tuple[str, int], float] = defaultdict(float)
    busy: dict[tuple[str, int], float] = defaultdict(float)
    for batch in batches:
        for done in batch.primitives:
            key = (primitive(done.operation).recorded, done.level)
            counts[key] += done.executions
            calls[key] += done.instructions
            seconds[key] += done.seconds
            busy[key] += done.busy_s
    return [
        costs.Primitive(
            name=name,
            level=level,
            count=counts[place],
            calls=calls[place],
            s=seconds[place],
            busy_s=busy[place],
        )
        for place in sorted(counts)
        for name, level in [place]
    ]


def memory(figures: Figures) -> costs.Memory:
    """Peaks from the operating system, sizes of what was written."""
    prepared = figures.prepared
    return costs.Memory(
        keygen_peak_bytes=figures.peaks.keygen or None,
        key_owner_peak_bytes=figures.peaks.key_owner or None,
        evaluator_peak_bytes=figures.peaks.evaluator or None,
        together_peak_bytes=figures.together_peak_bytes,
        public_key_bytes=_key_bytes(figures.keys, "public_key"),
        relinearisation_key_bytes=_key_bytes(figures.keys, "relinearisation_key"),
        rotation_keys_bytes=_key_bytes(figures.keys, "rotation_keys"),
        conjugation_key_bytes=_key_bytes(figures.keys, "conjugation_key"),
        bootstrap_keys_bytes=_key_bytes(figures.keys, "bootstrap_keys"),
        ciphertexts_in_bytes=None if figures.encrypted is None else bytes_of(figures.encrypted.batches),
        ciphertexts_out_bytes=figures.evaluations[0].ciphertexts_out_bytes if figures.evaluations else None,
        prepared_model_bytes=None if prepared is None else prepared.prepared_model_bytes or None,
    )


def _key_bytes(keys: Sequence[Shipment], kind: str) -> int | None:
    return sum(key.size_bytes for key in keys if key.kind == kind) or None


def counts(figures: Figures, program: Program | None, batches: int, descriptor: Descriptor) -> costs.Counts:
    """Executed over all batches of the first evaluation; null where nothing was executed."""
    if program is None:
        return costs.Counts()
    again = len(figures.evaluations[0].again) if figures.evaluations else 0
    planned = costs.Counts(
        bootstraps_planned=program.counts["bootstraps"] * (batches + again),
        rotation_keys=len(program.rotation_steps),
        levels_used=program.levels_used,
        levels_after_refresh=levels_after_refresh(program),
    )
    if not figures.evaluations:
        return planned
    done: Counter[str] = Counter()
    for batch in figures.evaluations[0].measured:
        done.update(batch.counts)
    by_library = executed(descriptor, done)
    names = costs.PrimitiveCounts.model_fields
    library = costs.PrimitiveCounts(**{name: by_library[name] for name in names})
    return planned.model_copy(update={"library": library, **{name: done[name] for name in COUNTED}})


def levels_after_refresh(program: Program) -> int | None:
    """The fewest levels that a refresh gives back; None where the program has none."""
    levels = [i.level for i in program.instructions if i.operation in REFRESHES]
    return min(levels, default=None)


def wire(crossed: Crossed, figures: Figures) -> costs.Wire:
    """What has crossed so far, up to and including the first evaluation."""
    refreshes = (batch.counts.get(ROUND_TRIPS, 0) for batch in figures.evaluations[0].measured)
    rounds = 1 + sum(refreshes)
    keys_bytes = sum(key.size_bytes for key in figures.keys)
    others = crossed.to_evaluator_bytes + crossed.to_key_owner_bytes - keys_bytes
    return costs.Wire(
        to_evaluator_bytes=crossed.to_evaluator_bytes or None,
        to_key_owner_bytes=crossed.to_key_owner_bytes or None,
        messages=crossed.messages,
        rounds=rounds,
        networks=networks.taken(keys_bytes, others, rounds),
    )


def price(figures: Figures, latency: costs.Latency, threads: int) -> costs.Price | None:
    """What the evaluator's part costs on a rented server; null where no time or memory of it is known."""
    peak = figures.peaks.evaluator
    if latency.evaluate_s is None or not peak:
        return None
    seconds = latency.evaluate_s + (latency.prepare_model_s or 0.0)
    return prices.paid(threads, peak, seconds, figures.wire.to_key_owner_bytes or 0)


def security(judged: Security | None) -> record.SecurityBlock:
    """The verdict; null where no key was made."""
    if judged is None:
        return record.SecurityBlock()
    return record.SecurityBlock.model_validate(asdict(judged))
