"""The tables of `docs/gate.md` about numbers of processes: `python -m tests.reports.gate_tables` writes them.

Each stands between two comments that name it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import sqrt
from pathlib import Path

from reports.gate.rules import TimeRule
from reports.gate.times import needed_at
from reports.markdown import table
from reports.statistics.few import FEWEST, PRIOR, Few
from reports.statistics.ranks import fewest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gate.md"
SPREADS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
TIMES = (1, 10, 66, 100, 1000)
#: What a gate of so many times finds with few processes.
MANY = 66


def needed() -> str:
    """Processes a side with which a slowdown of a tenth is found, by spread and number of times."""
    rule = TimeRule()
    headings = ("spread between processes", *(f"{count} time{'s' * (count > 1)}" for count in TIMES))
    rows = [(f"{one:.0%}", *(str(needed_at(one, times, rule)) for times in TIMES)) for one in SPREADS]
    return table(headings, rows)


def found() -> str:
    """The difference that few processes find, by spread and number of processes."""
    rule = TimeRule()
    counts = range(FEWEST, fewest(rule.significance / MANY))
    rows = [(f"{one:.0%}", *(_reach(one, count, rule) for count in counts)) for one in SPREADS[:4]]
    return table(("spread between processes", *(f"{count} a side" for count in counts)), rows)


def _reach(seen: float, count: int, rule: TimeRule) -> str:
    within = 2 * count - 2
    spread = sqrt((PRIOR * max(seen, rule.spread) ** 2 + within * seen**2) / (PRIOR + within))
    few = Few([1.0], [spread], [PRIOR + within], [count], rule.spread)
    return f"{few.reaches(rule.significance / MANY, rule.power)[0] - 1:.0%}"


def tables() -> Mapping[str, str]:
    """Every table by its name."""
    return {"processes-needed": needed(), "few-processes": found()}


def with_tables(page: str) -> str:
    """The page with its tables made anew."""
    for name, text in tables().items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        page, count = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)  # noqa: B023
        assert count == 1, name
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
