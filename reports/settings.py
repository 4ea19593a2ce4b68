"""What a run was asked for, beside its code, that changes what it counts, sends, takes or times.

Two records that differ in such a setting answer one question, and still their messages or times are not one
measure: a run with `--probes` sends every layer to be decrypted. Builds are compared where the settings are
the same, and a history has a series for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reports.measures import Kind
from reports.record import Record

#: What a run with probes or under audit does not time, because it stops after every layer or instruction.
_UNTIMED = (
    "latency.plan_s",
    "latency.evaluate_s",
    "latency.round_trips_s",
    "latency.decrypt_s",
    "latency.runs.",
    "latency.primitives.",
)
#: Times over several evaluations, or over several executions of one primitive.
_REPEATED_TIMES = ("latency.runs.", "latency.primitives.")


@dataclass(frozen=True)
class Setting:
    """One of them.

    Attributes:
        name: as `origin` and histories call it.
        of: its value in a record, False or a number.
        said: how a side ran that has a value, as in "the candidate ran with --probes".
        so: what follows for the measures that it changes, as the end of a sentence.
        changes: whether it changes a measure, by kind and name.
    """

    name: str
    of: Callable[[Record], int]
    said: Callable[[int], str]
    so: str
    changes: Callable[[Kind, str], bool]


def probed(record: Record) -> bool:
    """Whether its layers were decrypted on the way, which costs messages, memory and the times."""
    return bool(record.ladder.layers) or (record.origin is not None and record.origin.probes)


def audited(record: Record) -> bool:
    """Whether what the library executes was counted at its own calls, which costs memory and the times."""
    return record.origin is not None and record.origin.audit


def untimed(record: Record) -> bool:
    """Whether it was asked for in a way that gives no times of evaluation."""
    return probed(record) or audited(record)


def _by_probes(kind: Kind, name: str) -> bool:
    return name.startswith("wire.") or _by_audit(kind, name)


def _by_audit(kind: Kind, name: str) -> bool:
    return kind is Kind.MEMORY or (kind is Kind.TIME and _in(name, _UNTIMED))


def _by_repeats(kind: Kind, name: str) -> bool:
    return kind is Kind.TIME and _in(name, _REPEATED_TIMES)


def _in(name: str, places: tuple[str, ...]) -> bool:
    return name.startswith(places)


#: The settings under which a run has no times of evaluation.
UNTIMED = (
    Setting(
        "probes",
        probed,
        lambda value: "with --probes",
        "and such a run sends more, takes more memory and is not timed",
        _by_probes,
    ),
    Setting(
        "audit",
        audited,
        lambda value: "with --audit",
        "and such a run takes more memory and is not timed",
        _by_audit,
    ),
)
SETTINGS = (
    *UNTIMED,
    Setting(
        "repeats",
        lambda record: record.repeats,
        lambda value: f"with --repeats {value}",
        "and this is of all evaluations",
        _by_repeats,
    ),
)


def settings(record: Record) -> dict[str, int]:
    """Every setting of a record, by name."""
    return {one.name: int(one.of(record)) for one in SETTINGS}


def changing(kind: Kind, name: str) -> list[Setting]:
    """The settings that change a measure."""
    return [one for one in SETTINGS if one.changes(kind, name)]


def told(values: Mapping[str, int], kind: Kind, name: str) -> str:
    """How a cell was asked to run, by the settings that change a measure: "with --probes"; else nothing.

    Args:
        values: by name; a setting that is not among them is as where nothing was asked for.
        kind: the measure's.
        name: the measure's.
    """
    asked = [(one, values.get(one.name, 0)) for one in changing(kind, name)]
    return ", ".join(setting.said(value) for setting, value in asked if value)
