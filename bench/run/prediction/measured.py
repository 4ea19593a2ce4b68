"""What a record measured, in the few numbers to which prices are fitted, and the rows that they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from pydantic import ConfigDict, with_config

from backends.errors import BackendError
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.registry import Descriptor
from bench.run.prediction.fit import Row, total
from bench.run.prediction.work import CONTEXT, OTHER, Setting, Work, evaluated, terms
from reports import costs
from reports.record import Record, Status

#: Stages whose seconds are rows, beside the primitives.
STAGES = ("make_keys_s", "write_keys_s", "load_keys_s", "other_s")
#: How much a primitive counts that ran within a program, beside one that ran alone again and again, whose
#: operands never left the caches; the greater its part of the program, the more.
WITHIN_WEIGHT, PART_POWER = 10.0, 0.25
#: A single key's file in records of measured primitives, from which follows how many there were.
ONE_ROTATION = "generate_rotation_keys"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Entry:
    """A primitive at a level: in how many calls, how often, and the seconds of all."""

    name: str
    level: int | None
    calls: int
    count: int
    seconds: float


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Measured:
    """One record's times.

    Attributes:
        case: the suite's name and the case's.
        parameter_set: its name.
        threads: the evaluator's.
        bootstraps: whether there were keys for bootstraps.
        rotation_keys: how many there were.
        sent_bytes: what was carried to the evaluator.
        entries: primitives by level.
        stages: seconds by the names of `STAGES`, as far as they were reached.
        workers: how many instructions ran side by side.
    """

    case: str
    parameter_set: str
    threads: int
    bootstraps: bool
    rotation_keys: int
    sent_bytes: int
    entries: tuple[Entry, ...]
    stages: Mapping[str, float]
    workers: int = 1

    @classmethod
    def of(cls, one: Record) -> Measured | None:
        """What a record of one machine measured; None where it has no primitives of a portable program."""
        entries = tuple(_entries(one))
        if one.status is not Status.OK or not entries or one.remote is not None:
            return None
        stages = {name: found for name in STAGES if (found := getattr(one.latency, name))}
        return cls(
            case=case_of(one.suite, one.case),
            parameter_set=one.parameter_set,
            threads=one.environment.threads or 1,
            bootstraps=one.memory.bootstrap_keys_bytes is not None,
            rotation_keys=_rotation_keys(one),
            sent_bytes=one.wire.to_evaluator_bytes or 0,
            entries=entries,
            stages=stages,
            workers=one.environment.workers or 1,
        )

    @property
    def alone(self) -> bool:
        """Whether its primitives were measured one by one."""
        return any(one.name == ONE_ROTATION for one in self.entries)

    def weight(self, entry: Entry) -> float:
        """How much an entry counts in a fit."""
        if self.alone:
            return 1.0
        part = entry.seconds / sum(one.seconds for one in self.entries)
        return WITHIN_WEIGHT * float(part**PART_POWER)

    def setting(self, descriptor: Descriptor) -> Setting | None:
        """Where it was measured; None where this version does not know the parameter set."""
        try:
            parameters = ParameterSet.named(self.parameter_set)
            capabilities = descriptor.capabilities(parameters)
        except BackendError:
            return None
        return Setting(
            parameters, capabilities, self.threads, self.bootstraps, descriptor.simulates, self.workers
        )


def case_of(suite: str, case: str) -> str:
    """A case as `Measured.case` names it."""
    return f"{suite}/{case}"


def _entries(one: Record) -> Iterator[Entry]:
    for found in one.latency.primitives or ():
        if found.samples_s:
            seconds, calls, count = median(found.samples_s), 1, 1
            if found.name == Primitive.ROTATE_MANY.operation:
                count = _rotation_keys(one)
        else:
            seconds, count = found.s or 0.0, found.count or 0
            calls = count if found.calls is None else found.calls
        name = Primitive.ROTATE.recorded if found.name == Primitive.ROTATE_MANY.operation else found.name
        if seconds > 0 and count:
            yield Entry(name, found.level, calls, count, seconds)


def _rotation_keys(one: Record) -> int:
    """How many rotation keys there were; a record of measured primitives tells their bytes and one key's."""
    if one.counts.rotation_keys is not None:
        return one.counts.rotation_keys
    single = _single(one.latency.primitives or ())
    return round((one.memory.rotation_keys_bytes or 0) / single) if single else 0


def _single(primitives: Iterable[costs.Primitive]) -> int | None:
    return next((found.bytes for found in primitives if found.name == ONE_ROTATION), None)


def rows(measured: Measured, descriptor: Descriptor) -> list[Row]:
    """What the prices are fitted to."""
    where = measured.setting(descriptor)
    if where is None:
        return []
    made = [
        Row(
            evaluated(Work(one.name, one.level, one.calls, one.count), where),
            one.seconds,
            weight=measured.weight(one),
        )
        for one in measured.entries
    ]
    stages = {name: work for name, work in staged(measured, where).items() if name in measured.stages}
    made += [
        Row(total(terms(one, where) for one in work), measured.stages[name], primitive=False)
        for name, work in stages.items()
    ]
    return made


def staged(measured: Measured, where: Setting) -> dict[str, list[Work]]:
    """The work of the stages that a record tells enough of."""
    return {
        "make_keys_s": [Work(CONTEXT[0]), *keys("generate", measured.rotation_keys, where)],
        "write_keys_s": keys("serialise", measured.rotation_keys, where),
        "load_keys_s": [Work(CONTEXT[1]), *keys("load", measured.rotation_keys, where)],
        "other_s": [Work(OTHER, size_bytes=measured.sent_bytes)],
    }


def keys(action: str, rotations: int, where: Setting) -> list[Work]:
    """Making, writing or loading the keys of a cell."""
    if where.simulates:
        return []
    made = [
        Work(f"{action}_relinearisation_key"),
        Work(f"{action}_rotation_keys", calls=rotations, count=rotations),
    ]
    return [*made, *([Work(f"{action}_bootstrap_keys")] if where.bootstraps else [])]
