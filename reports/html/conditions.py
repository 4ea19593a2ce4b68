"""Which records' times compare: those of one case on one machine, with the same threads and samples.

Within such a group, backends and parameter sets are what is compared, so the software of two backends may
differ. Within one backend it may not, because a reader would take two versions for the same. The newest
versions of all backends are in one group, so that they are compared with each other, and every older one is
in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from reports.comparability import machine_differences, sample_differences, sample_set, software_differences
from reports.record import Record, Status


class Warned(NamedTuple):
    """Two records that represent their groups, and what makes their times not comparable."""

    one: int
    other: int
    differences: list[str]


def groups(records: Sequence[Record]) -> list[int]:
    """The number of each record's group, counted from 1 in order of appearance; records are oldest first."""
    machines = _machines(records)
    numbers: dict[tuple[int, int], int] = {}
    return [
        numbers.setdefault(place, len(numbers) + 1)
        for place in zip(machines, _versions(records, machines), strict=True)
    ]


def warnings(records: Sequence[Record], grouped: Sequence[int]) -> list[Warned]:
    """For each case, its first group against every other; what did not end ok has no times to compare."""
    cases: defaultdict[Hashable, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for place, (record, group) in enumerate(zip(records, grouped, strict=True)):
        if record.status is Status.OK:
            cases[record.suite, record.case][group].setdefault(record.backend, place)
    found = [
        _warned(records, first, other)
        for first, *others in (list(one.values()) for one in cases.values())
        for other in others
    ]
    return [warned for warned in found if warned.differences]


def _warned(records: Sequence[Record], first: dict[str, int], other: dict[str, int]) -> Warned:
    """Two groups, each given by a record of each backend; of a backend that both have, the software too."""
    shared = [(first[backend], other[backend]) for backend in first if backend in other]
    one, two = shared[0] if shared else (next(iter(first.values())), next(iter(other.values())))
    differences = [
        *machine_differences(records[one], records[two]),
        *sample_differences(records[one], records[two]),
        *(line for pair in shared for line in software_differences(*(records[place] for place in pair))),
    ]
    return Warned(one, two, list(dict.fromkeys(differences)))


def _machines(records: Sequence[Record]) -> list[int]:
    """A number for each case, machine, threads and samples."""
    first: list[Record] = []
    known: dict[Hashable, int] = {}
    return [_machine(record, first, known) for record in records]


def _machine(record: Record, first: list[Record], known: dict[Hashable, int]) -> int:
    """The first that a record fits; the same machine's memory may differ by a little."""
    machine = record.environment
    identity = (
        *(record.suite, sample_set(record), machine.cpu, machine.cores),
        *(machine.threads, machine.memory_bytes, machine.os, record.evaluator),
    )
    if identity not in known:
        fitting = (number for number, other in enumerate(first) if _compare(record, other))
        known[identity] = next(fitting, len(first))
        if known[identity] == len(first):
            first.append(record)
    return known[identity]


def _compare(one: Record, other: Record) -> bool:
    same = (one.suite, sample_set(one)) == (other.suite, sample_set(other))
    return same and not machine_differences(one, other)


def _versions(records: Sequence[Record], machines: Sequence[int]) -> list[int]:
    """How many newer versions of its backend's software there are on a record's machine.

    What did not end ok may not know its software, and is never ranked: it counts with the newest.
    """
    known: defaultdict[Hashable, dict[Hashable, int]] = defaultdict(dict)
    found = []
    for record, machine in reversed(list(zip(records, machines, strict=True))):
        versions = known[machine, record.backend]
        ended = record.status is Status.OK
        found.append(versions.setdefault(_software(record), len(versions)) if ended else 0)
    return found[::-1]


def _software(record: Record) -> Hashable:
    machine = record.environment
    return machine.python, tuple(sorted(machine.libraries.items())), tuple(sorted(machine.build.items()))
