"""Measures over commits: every series of a history, packed, and the steps that were found in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reports.history import Entry, Machine
from reports.html.packing import pack
from reports.trends import Series, Step, find_steps, series


class Told(NamedTuple):
    """A history as the page tells it.

    Attributes:
        gates: how many it has.
        steps: plain data, the newest first.
        packed: all series, as `packing.pack` packs lines of JSON.
    """

    gates: int
    steps: list[dict[str, Any]]
    packed: str


def told(entries: Sequence[Entry]) -> Told:
    """A history's series and steps."""
    found = series(entries)
    steps = [_step(place, step) for place, one in enumerate(found) for step in find_steps(one)]
    newest = sorted(steps, key=lambda step: step["at"], reverse=True)
    return Told(len(entries), newest, pack([_series(one) for one in found]))


def _series(one: Series) -> dict[str, Any]:
    return {
        "cell": one.cell,
        "measure": one.measure,
        "unit": one.kind.unit.value,
        "machine": _conditions(one),
        "points": [[point.at.isoformat(), point.commit, point.value] for point in one.points],
    }


def _step(place: int, step: Step) -> dict[str, Any]:
    return {
        "series": place,
        "cell": step.series.cell,
        "measure": step.series.measure,
        "unit": step.series.kind.unit.value,
        "machine": _conditions(step.series),
        "at": step.series.points[step.last + 1].at.isoformat(),
        "point": step.last + 1,
        "commits": step.commits,
        "before": step.before,
        "after": step.after,
    }


def _conditions(one: Series) -> str | None:
    """Where times and memory are from, and how the cell was asked to run; else it is the same everywhere."""
    return ", ".join(part for part in (_machine(one.machine), one.settings) if part) or None


def _machine(machine: Machine | None) -> str:
    if machine is None:
        return ""
    return f"{machine.cpu or 'unknown CPU'}, {machine.threads or '?'} of {machine.cores or '?'} cores"
