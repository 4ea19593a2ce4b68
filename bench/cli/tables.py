"""The tables that end a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median, median_low

from rich.table import Table

from backends.registry import simulates
from models.metrics.catalogue import metric_named
from reports.costs import Primitive, PrimitiveCounts
from reports.figures import (
    ABSENT,
    bits,
    count,
    digits_of,
    fixed,
    in_metric,
    loss_with_interval,
    percent,
    significant,
    size,
)
from reports.ladder import HeldOutLadder, Ladder, Precision, RungNats
from reports.record import TIMING_ONLY, Record, Status
from reports.scoring.held_out import TITLES


def ending(records: Sequence[Record]) -> list[Table]:
    """All tables that end a run."""
    probed = [layers(record) for record in records if record.ladder.layers]
    return [*held_out(records), *summaries(records), *primitives(records), *probed]


def summaries(records: Sequence[Record]) -> list[Table]:
    """A table per case and parameter set, one column a backend; what was not measured is a dash.

    Where a cell has several processes, the column is one of them: see `typical`.
    """
    return [
        table(
            f"{case} at {_set_title(group[0])}",
            [(title, _column(typical(processes))) for title, processes in _by_backend(group)],
        )
        for (case, _), group in _head_to_head(records).items()
    ]


def _set_title(record: Record) -> str:
    """A parameter set by its alias, with the name that carries its content."""
    alias, name = record.set_title, record.parameter_set
    return name if alias == name else f"{alias} ({name})"


def typical(processes: Sequence[Record]) -> Record:
    """The process that represents several of one cell.

    The first that did not end ok, if any: it must be seen. Else that of the median evaluation, and where
    nothing was evaluated, the last.
    """
    for record in processes:
        if record.status is not Status.OK:
            return record
    evaluated = [(record.latency.evaluate_s, place) for place, record in enumerate(processes)]
    timed = [(seconds, place) for seconds, place in evaluated if seconds is not None]
    return processes[median_low(timed)[1]] if timed else processes[-1]


def _by_backend(records: Iterable[Record]) -> list[tuple[str, list[Record]]]:
    """Records of one case and parameter set by backend, under a title that says how many there are."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.backend].append(record)
    return [
        (backend if len(group) == 1 else f"{backend}, {len(group)} processes", group)
        for backend, group in groups.items()
    ]


def _head_to_head(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """Records by case and parameter set."""
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.case, record.parameter_set].append(record)
    return groups


def primitives(records: Iterable[Record]) -> list[Table]:
    """A table per case and parameter set of primitives measured one by one: milliseconds and bits.

    A time is the median over processes of each one's median; bits are the fewest.
    """
    return [
        table(
            f"{case} at {_set_title(group[0])}: ms (bits)",
            [(title, _measured_column(processes)) for title, processes in _by_backend(group)],
        )
        for (case, _), group in _head_to_head(filter(_is_measured, records)).items()
    ]


def _is_measured(record: Record) -> bool:
    return any(primitive.samples_s for primitive in record.latency.primitives or [])


def _measured_column(records: Sequence[Record]) -> dict[str, str]:
    """By name and level, names in the order of their measurement and levels from the top."""
    found: dict[str, dict[int | None, list[Primitive]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        for one in record.latency.primitives or []:
            found[one.name][one.level].append(one)
    return {
        name if level is None else f"{name}, level {level}": _milliseconds(entries)
        for name, levels in found.items()
        for level, entries in levels.items()
    }


def _milliseconds(entries: Sequence[Primitive]) -> str:
    times = [median(one.samples_s) for one in entries if one.samples_s]
    bits = [one.precision_bits for one in entries if one.precision_bits is not None]
    exact = f" ({min(bits):.1f})" if bits else ""
    return f"{_number(1e3 * median(times))}{exact}" if times else ABSENT


def held_out(records: Sequence[Record]) -> list[Table]:
    """A table per case: its clear stages of conversion (rungs) on the held-out set, and each step's loss."""
    blocks = {
        (record.case, record.ladder.held_out.digest): record.ladder.held_out
        for record in records
        if record.ladder.held_out is not None
    }
    return [
        table(f"{case}: the clear rungs on {block.samples} held-out samples", [(block.metric, _rungs(block))])
        for (case, _), block in blocks.items()
    ]


def _rungs(block: HeldOutLadder) -> dict[str, str]:
    rungs = {title: in_metric(getattr(block, rung), block.metric) for rung, title in TITLES.items()}
    rungs |= _nats(block.metric, block.nats, TITLES)
    how = metric_named(block.metric).loss_format
    losses = {
        f"lost from {TITLES[one.from_rung]} to {TITLES[one.to_rung]}": f"{loss_with_interval(block, one)}, "
        f"standard error {digits_of(one.standard_error, how)}"
        for one in block.drifts
    }
    return rungs | losses


def table(title: str, columns: Iterable[tuple[str, Mapping[str, str]]]) -> Table:
    """Columns of measures by name, side by side."""
    columns = list(columns)
    made = Table(
        "measure", *(name for name, _ in columns), title=title, title_justify="left", min_width=len(title)
    )
    made.columns[0].no_wrap = True
    for column in made.columns[1:]:
        column.overflow = "fold"
    for measure in dict.fromkeys(name for _, column in columns for name in column):
        made.add_row(measure, *(column.get(measure, ABSENT) for _, column in columns))
    return made


def layers(record: Record) -> Table:
    """Precision layer by layer, where layers were probed."""
    made = Table("layer", "precision, bits", "largest error", title=f"{record.backend}, layer by layer")
    for layer in record.ladder.layers or []:
        error = ABSENT if layer.error_max is None else f"{layer.error_max:.2g}"
        made.add_row(layer.name, _number(layer.precision_bits), error)
    return made


def _column(record: Record) -> dict[str, str]:
    ladder, latency, memory, counts, wire = (
        record.ladder,
        record.latency,
        record.memory,
        record.counts,
        record.wire,
    )
    library = counts.library or PrimitiveCounts()
    return {
        "status": record.status.value if record.reason is None else f"{record.status.value}: {record.reason}",
        "samples (batch)": f"{record.samples} ({count(record.batch)})",
        **(_metrics(ladder) if record.weights == "trained" else {ladder.metric: TIMING_ONLY}),
        "agreement with polynomial": percent(ladder.label_agreement),
        "cosine with polynomial, least": fixed(ladder.cosine, 6),
        "precision, bits": bits(ladder.precision_bits),
        "  by the mean / median error / of 99 %": _distribution(ladder.precision),
        "plan, s": _number(latency.plan_s),
        "key generation, s": _number(latency.keygen_s),
        "  making / writing, s": _numbers(latency.make_keys_s, latency.write_keys_s),
        "model preparation, s": _number(latency.prepare_model_s),
        "  loading keys / encoding, s": _numbers(latency.load_keys_s, latency.encode_model_s),
        "encrypt, s": _number(latency.encrypt_s),
        "evaluate, s": _number(latency.evaluate_s),
        "  of it round trips, s": _number(latency.round_trips_s),
        "decrypt, s": _number(latency.decrypt_s),
        "wall / what no stage holds, s": _numbers(latency.wall_s, latency.other_s),
        "per sample, s": _number(latency.per_sample_s),
        "peak memory, key generation": size(memory.keygen_peak_bytes),
        "peak memory, key owner": size(memory.key_owner_peak_bytes),
        "peak memory, evaluator": size(memory.evaluator_peak_bytes),
        "peak memory, all processes": size(memory.together_peak_bytes),
        "public key": size(memory.public_key_bytes),
        "relinearisation key": size(memory.relinearisation_key_bytes),
        "rotation keys": f"{size(memory.rotation_keys_bytes)} ({count(counts.rotation_keys)})",
        "conjugation key": size(memory.conjugation_key_bytes),
        "bootstrap keys": size(memory.bootstrap_keys_bytes),
        "bootstraps (planned)": f"{count(counts.bootstraps)} ({count(counts.bootstraps_planned)})",
        "round trips": count(counts.round_trips),
        "rotations": count(counts.rotations),
        "ct·ct / ct·pt / rescales": " / ".join(map(count, (counts.ct_ct, counts.ct_pt, counts.rescales))),
        "relinearisations / drops": " / ".join(map(count, (counts.relinearisations, counts.drops))),
        "additions / negations / conjugations": " / ".join(
            map(count, (counts.additions, counts.negations, counts.conjugations))
        ),
        "ct·pt / rescales of the library itself": " / ".join(map(count, (library.ct_pt, library.rescales))),
        "to evaluator": size(wire.to_evaluator_bytes),
        "to key owner": size(wire.to_key_owner_bytes),
        "messages": count(wire.messages),
        "security": _security(record),
    }


def _distribution(found: Precision | None) -> str:
    return ABSENT if found is None else bits(found.mean, found.median, found.p99)


def _metrics(ladder: Ladder) -> dict[str, str]:
    rungs = {**TITLES, "encrypted": "encrypted"}
    told = {
        f"{ladder.metric}: {title}": in_metric(getattr(ladder, rung), ladder.metric)
        for rung, title in rungs.items()
    }
    return told | _nats(ladder.metric, ladder.nats, rungs)


def _nats(metric: str, found: RungNats | None, rungs: Mapping[str, str]) -> dict[str, str]:
    """What is told in nats beside a metric that needs it."""
    beside = metric_named(metric).in_nats
    if found is None or beside is None:
        return {}
    return {f"{beside.title}, nats: {title}": fixed(getattr(found, rung), 4) for rung, title in rungs.items()}


def _security(record: Record) -> str:
    judged = record.security
    if simulates(record.backend):
        return f"none: {record.backend}"
    if judged.log_qp is None:
        return ABSENT
    bits = "INSECURE" if not judged.secure else f"{judged.bits} bits"
    return f"{bits} (N = 2^{judged.log_n}, log QP {judged.log_qp:.1f}, {judged.secret})"


def _numbers(*values: float | None) -> str:
    return ABSENT if None in values else " / ".join(map(_number, values))


def _number(value: float | None) -> str:
    return ABSENT if value is None else significant(value, thousands="")
