"""Which records' times compare: those of one case on one machine, with the same threads and samples.

Within such a group, backends and parameter sets are what is compared, so their software may differ. Records
of one backend whose software differs are told apart all the same: a reader would take them for the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from reports.comparability import machine_differences, sample_differences, sample_set, software_differences
from reports.record import Record


class Warned(NamedTuple):
    """Two records that stand for their groups, and what makes their times not comparable."""

    one: int
    other: int
    differences: list[str]


def groups(records: Sequence[Record]) -> list[int]:
    """The number of each record's group, counted from 1 in order of appearance."""
    first: list[Record] = []
    known: dict[Hashable, int] = {}
    return [_group(record, first, known) for record in records]


def warnings(records: Sequence[Record], grouped: Sequence[int]) -> list[Warned]:
    """For each case, its first group against every other; for each group, a backend's softwares likewise."""
    cases: defaultdict[Hashable, dict[int, int]] = defaultdict(dict)
    softwares: defaultdict[Hashable, dict[Hashable, int]] = defaultdict(dict)
    for place, (record, group) in enumerate(zip(records, grouped, strict=True)):
        cases[record.suite, record.case].setdefault(group, place)
        softwares[group, record.backend].setdefault(_software(record), place)
    found = [
        Warned(one, other, [*machine_differences(records[one], records[other]), *samples])
        for one, other in _first_with_each(list(cases.values()))
        for samples in [sample_differences(records[one], records[other])]
    ]
    found += [
        Warned(one, other, software_differences(records[one], records[other]))
        for one, other in _first_with_each(list(softwares.values()))
    ]
    return [warned for warned in found if warned.differences]


def _group(record: Record, first: list[Record], known: dict[Hashable, int]) -> int:
    """The first group that a record fits; the same machine's memory may differ by a little."""
    machine = record.environment
    identity = (
        *(record.suite, sample_set(record), machine.cpu, machine.cores),
        *(machine.threads, machine.memory_bytes, machine.os),
    )
    if identity not in known:
        fitting = (number for number, other in enumerate(first, start=1) if _compare(record, other))
        known[identity] = next(fitting, len(first) + 1)
        if known[identity] > len(first):
            first.append(record)
    return known[identity]


def _compare(one: Record, other: Record) -> bool:
    same = (one.suite, sample_set(one)) == (other.suite, sample_set(other))
    return same and not machine_differences(one, other)


def _software(record: Record) -> Hashable:
    machine = record.environment
    return machine.python, *sorted(machine.libraries.items()), *sorted(machine.build.items())


def _first_with_each(kinds: list[dict[int, int]] | list[dict[Hashable, int]]) -> list[tuple[int, int]]:
    """The place of each kind's first record, beside that of the very first."""
    return [(first, other) for places in kinds for first, *others in [[*places.values()]] for other in others]
