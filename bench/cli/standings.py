"""Who is best at what, as a terminal shows it: a table for each division, never one for two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from bench.cli.screen import styled
from reports.distorted import distorted
from reports.divisions import Division, Place, Standings, standings
from reports.figures import ABSENT, Unit, bits, count, in_metric, percent, seconds, size, written
from reports.html.glance import RANKINGS
from reports.record import Record

#: What ranks where nobody says otherwise.
BY = "throughput"
#: What of the rankings every row tells anyhow.
_TOLD = ("throughput", "precision", "memory")
#: What a narrow screen has no room for, the first first; the pages of `bench report` have it all.
_LEFT_OUT = ("processes", "agreement", "refreshes", "evaluator")


def overview(records: Iterable[Record], width: int, by: str = BY) -> tuple[list[Table], list[str]]:
    """All of one case, or the best of each division of several; and a line for each cell that is not ranked.

    Args:
        records: of one run or of many; the newest build of each cell is told.
        width: columns of the screen.
        by: what ranks, by its name in `reports.html.glance`.
    """
    found = standings(records, RANKINGS[by])
    cases = {(one.suite, one.case) for one in found.divisions}
    tables = [*(_whole(found, width, by) if len(cases) <= 1 else _firsts(found, width, by))]
    placed = (place for places in found.divisions.values() for place in places)
    return tables, [*map(_why, found.unfinished), *(line for one in placed for line in _beside(one))]


def told(division: Division) -> str:
    """A division in words, its security apart."""
    parts = ["interactive (round trips)" if division.interactive else "non-interactive"]
    parts += [f"{division.threads} thread{'s' * (division.threads != 1)}"] if division.threads else []
    parts += [f"evaluator at {division.evaluator}"] if division.evaluator else []
    return ", ".join(parts)


def _whole(found: Standings, width: int, by: str) -> Iterator[Table]:
    """A table for each division, with every cell."""
    machines = {one.cpu for one in found.divisions}
    for division, places in found.divisions.items():
        where = f", {division.cpu or 'unknown machine'}" if len(machines) > 1 else ""
        insecure = "" if division.secure else ", INSECURE or not encrypted"
        yield _table(
            f"{division.case}, {told(division)}{insecure}{where}",
            [
                _row(place, by, first=number == 0, alone=len(places) == 1)
                for number, place in enumerate(places)
            ],
            width,
        )


def _firsts(found: Standings, width: int, by: str) -> Iterator[Table]:
    """The best of each division: a table for those of several cases that are alike in all else."""
    tables: dict[str, list[dict[str, str]]] = {}
    for one, places in sorted(found.divisions.items(), key=lambda item: _alike(item[0])):
        secure = "128 bits or more" if one.secure else "INSECURE or not encrypted"
        best = _row(places[0], by, True, len(places) == 1)
        row = {"case": one.case, "cells": str(len(places)), **best}
        tables.setdefault(f"best of each case: {told(one)}, {secure}", []).append(row)
    for title, rows in tables.items():
        yield _table(title, rows, width)


def _alike(one: Division) -> tuple[bool, bool, int, str]:
    """What cases have in common whose best are told in one table, in the order of the tables."""
    return not one.secure, one.interactive, one.threads or 0, one.evaluator or ""


def _row(place: Place, by: str, first: bool, alone: bool) -> dict[str, str]:
    record, ranking = place.record, RANKINGS[by]
    ladder, counts = record.ladder, record.counts
    own = {} if by in _TOLD else {by: ABSENT if place.value is None else written(place.value, ranking.unit)}
    per_sample = place.value if ranking.unit is Unit.SECONDS and by == BY else record.latency.per_sample_s
    refreshes = counts.round_trips or counts.bootstraps
    return {
        "backend": record.backend,
        "parameters": record.set_title,
        "": _mark(place, first, alone),
        **own,
        "a sample": ABSENT if per_sample is None else seconds(per_sample),
        "bits": bits(ladder.precision_bits),
        ladder.metric: in_metric(ladder.encrypted, ladder.metric),
        "agreement": percent(ladder.label_agreement),
        "evaluator": size(record.memory.evaluator_peak_bytes),
        "refreshes": count(refreshes),
        "processes": _processes(place),
    }


def _processes(place: Place) -> str:
    """How many ended ok, and of how many."""
    ended = place.processes + len(place.failed)
    return f"{place.processes} of {ended}" if place.failed else str(ended)


def _mark(place: Place, first: bool, alone: bool) -> str:
    """How far from the best of its division a cell is."""
    if not place.ranks:
        return ABSENT
    ratio = "" if place.ratio is None else f"{place.ratio:.2f}×"
    return f"{ratio} {'alone' if alone else 'best' if first else ''}".strip()


def _fitting(rows: Sequence[dict[str, str]], width: int) -> list[str]:
    """The headings for which a screen has room, each as wide as what stands under it."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    wide = {
        name: max(len(text) for text in (name, *(row.get(name, ABSENT) for row in rows))) for name in headings
    }
    for name in _LEFT_OUT:
        if sum(wide[one] + 1 for one in headings) > width:
            headings.remove(name)
    return headings


def _table(title: str, rows: Sequence[dict[str, str]], width: int) -> Table:
    made = Table(
        title=title,
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        min_width=len(title),
    )
    headings = _fitting(rows, width)
    for name in headings:
        made.add_column(name, overflow="fold", no_wrap=not name)
    for row in rows:
        style = "bold green" if row[""].endswith("best") else ""
        made.add_row(*(styled(row.get(name, ABSENT), style) for name in headings))
    return made


def _why(record: Record) -> str:
    return f"{record.case} on {record.backend} at {record.set_title}: {record.status.value}: {record.reason}"


def _beside(place: Place) -> Iterator[str]:
    """Lines about a cell in a table: that processes of it failed, and that its times rank with none."""
    record = place.record
    cell = f"{record.case} on {record.backend} at {record.set_title}"
    if place.failed:
        last = place.failed[-1]
        yield f"{cell}: {_processes(place)} processes ended ok; {last.status.value}: {last.reason}"
    if why := distorted(record) or (None if place.value is None else place.under):
        yield f"{cell}: not ranked by its times: {why}"
