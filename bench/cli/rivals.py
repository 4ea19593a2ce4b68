"""Two libraries side by side, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from rich.table import Table

from bench.cli.screen import styled
from reports.gate.markdown import value
from reports.rivals import Rivals


def table(found: Rivals) -> Table:
    """Every figure of both, the second against the first, and the verdict."""
    a, b = found.a, found.b
    title = f"{a.case} at {a.set_title}: {b.backend} against {a.backend}"
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, min_width=len(title))
    for heading in ("measure", a.backend, b.backend, f"{b.backend} is", "verdict"):
        made.add_column(heading, overflow="fold")
    for one in found.figures:
        unit = one.measure.unit
        weak = "dim" if one.verdict.endswith("no verdict") or one.verdict.startswith("no verdict") else ""
        cells = (one.measure.title, value(one.a, unit), value(one.b, unit), one.said, one.verdict)
        made.add_row(*(styled(cell, weak) for cell in cells))
    return made


def notes(found: Rivals) -> Iterator[str]:
    """What stands in the way of comparing times and memory, a line each."""
    for obstacle in found.obstacles:
        yield f"in the way ({found.a.backend} and {found.b.backend}): {obstacle}"


def finite(number: float) -> float | None:
    """A number that JSON has; bits of what is exact are none."""
    return number if isfinite(number) else None


def document(found: Rivals) -> dict[str, object]:
    """The same for other programs."""
    return {
        "suite": found.a.suite,
        "case": found.a.case,
        "parameters": found.a.set_title,
        "backends": [found.a.backend, found.b.backend],
        "processes": list(found.processes),
        "obstacles": list(found.obstacles),
        "figures": [
            {
                "measure": one.measure.name,
                "values": [finite(one.a), finite(one.b)],
                "ratio": one.ratio,
                "said": one.said,
                "verdict": one.verdict,
            }
            for one in found.figures
        ],
    }
