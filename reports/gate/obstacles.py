"""Why measures of two sides do not compare: another machine, other settings, processes that took no turns."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from reports.comparability import machine_differences
from reports.distorted import distorted
from reports.gate.sides import Processes, shared
from reports.measures import Kind, Measure
from reports.settings import UNTIMED, Setting, changing

#: The longest stretch of one side while two sides take turns in whatever order: A B B A.
TURN = 2


class Obstacle(NamedTuple):
    """Why something was not judged.

    Attributes:
        brief: in a few words, as a verdict says it.
        why: in full.
    """

    brief: str
    why: str


def machine_obstacle(before: Processes, after: Processes) -> Obstacle | None:
    """What differs between the machines and threads of any two processes; None where nothing does."""
    records = [one.record for one in (*before.finished, *after.finished)]
    found = dict.fromkeys(
        difference for record in records[1:] for difference in machine_differences(records[0], record)
    )
    if not found:
        return None
    names = [difference.partition(":")[0] for difference in found]
    brief = "another CPU" if "cpu" in names else f"another machine ({', '.join(names)})"
    return Obstacle(brief, f"another machine ({'; '.join(found)})")


def setting_obstacle(measure: Measure, before: Processes, after: Processes) -> Obstacle | None:
    """How the two sides were asked to run otherwise, in what changes a measure; None where they were not."""
    for setting in changing(measure.kind, measure.name):
        for old in before.finished:
            for new in after.finished:
                found = _differing(setting, setting.of(old.record), setting.of(new.record))
                if found is not None:
                    return found
    return None


def _differing(setting: Setting, old: int, new: int) -> Obstacle | None:
    if old == new:
        return None
    if new and old:
        brief = f"the candidate ran {setting.said(new)}, the baseline {setting.said(old)}"
    else:
        name, value = ("candidate", new) if new else ("baseline", old)
        brief = f"the {name} ran {setting.said(value)}"
    return Obstacle(brief, f"{brief}, {setting.so}")


def same_obstacle(before: Processes, after: Processes) -> Obstacle | None:
    """That processes are on both sides, and would be compared with themselves; None where none is."""
    both = shared(before, after)
    if not both:
        return None
    return Obstacle(
        "processes are on both sides", f"{both} process{'es are' if both > 1 else ' is'} on both sides"
    )


def turns_obstacle(before: Processes, after: Processes) -> Obstacle | None:
    """Why the processes did not take turns; None where they did."""
    began = [(one.record.started_at, "before") for one in before.finished]
    began += [(one.record.started_at, "after") for one in after.finished]
    longest = max((len(list(group)) for _, group in groupby(sorted(began), lambda one: one[1])), default=0)
    if longest <= TURN:
        return None
    return Obstacle(
        "no turns",
        f"{longest} processes of one side ran in a row, so the machine's drift may be what differs",
    )


def distorted_obstacle(before: Processes, after: Processes) -> Obstacle | None:
    """Why times of some process are not those of its evaluation; None where all are."""
    found = [why for one in (*before.finished, *after.finished) if (why := distorted(one.record))]
    if not found:
        return None
    more = f"; so in {len(found)} processes" if len(found) > 1 else ""
    return Obstacle("times are distorted", found[0] + more)


def untimed_obstacle(before: Processes, after: Processes) -> Obstacle | None:
    """Why a side has no times of evaluation: how it was asked to run; None where both should have them."""
    for name, side in (("baseline", before), ("candidate", after)):
        for setting in UNTIMED:
            if any(setting.of(one.record) for one in side.finished):
                brief = f"the {name} ran {setting.said(1)}"
                return Obstacle(brief, f"{brief}, and such a run is not timed")
    return None


def measured_otherwise(measure: Measure, before: Processes, after: Processes) -> Obstacle | None:
    """Why a measure of one process does not compare; None where it does."""
    found = setting_obstacle(measure, before, after)
    if found is None and measure.kind is Kind.MEMORY:
        return machine_obstacle(before, after)
    return found
