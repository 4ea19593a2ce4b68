"""The page ranks as `reports.divisions` does: over random records, the same order, ratios and reasons."""

from __future__ import annotations

import random
from typing import Any

import pytest

from reports.divisions import standings
from reports.floors import FLOORS, Floors
from reports.html.glance import RANKINGS
from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import failing, insecure, made

#: For each division its races, for each race its cells, each with its ratio as it is written.
RACES = """return [...document.querySelectorAll('#answer .division')].map((division) =>
    [...division.querySelectorAll('.race')].map((race) => [...race.querySelectorAll('li')].map((cell) =>
        [cell.querySelector('.who').textContent.split(' ')[0],
         cell.querySelector('.much > span').textContent])))"""
LEFT = """return [...document.querySelectorAll('#answer .left li')].map((one) =>
    [one.querySelector('a').textContent.split(' ')[0], one.lastChild.textContent.replace(/^: /, '')])"""
MOVED = Floors(bits=12.0, agreement=0.9)
#: How many cells there are of each number of threads: a page names twelve of those that are not ranked.
CELLS = 5

Races = list[list[list[str]]]


def chance_records(seed: int) -> list[Record]:
    """Cells of one case, one to three processes each, on one thread or two; some of them rank with none."""
    chance = random.Random(seed)
    found = [
        process
        for threads in (1, 2)
        for number in range(CELLS)
        for process in _cell(f"library{threads}{number}", threads, chance)
    ]
    return [*found, insecure(backend="toy"), failing("timed_out", "600 s", backend="late")]


def _cell(backend: str, threads: int, chance: random.Random) -> list[Record]:
    trips = chance.choice([0, 12])
    return [
        made(
            backend=backend,
            key=(backend * 8)[:64],
            started_at=f"2026-11-23T04:45:{number:02d}Z",
            counts__round_trips=trips,
            environment__threads=threads,
            environment__stopped_s=chance.choice([None, None, None, 2.0]),
            ladder__precision_bits=chance.choice([chance.uniform(4, 30), None]),
            ladder__logit_error_max=chance.choice([0.0, 0.1]),
            ladder__label_agreement=chance.choice([None, 1.0, 0.95, 0.5]),
            ladder__layers=None,
            latency__primitives=None,
            latency__per_sample_s=chance.choice([chance.uniform(0.1, 60), chance.uniform(0.1, 60), None]),
        )
        for number in range(chance.randrange(1, 4))
    ]


def races(records: list[Record], floors: Floors) -> Races:
    """What the rankings of a terminal say, as the page would draw it."""
    found: dict[bool, list[list[list[str]]]] = {True: [], False: []}
    for division, places in standings(records, RANKINGS["throughput"], floors).divisions.items():
        cells = [[place.record.backend, f"{place.ratio:.2f}×"] for place in places if place.ranks]
        if division.secure and cells:
            found[division.interactive].append(cells)
    return [sorted(found[interactive]) for interactive in (True, False)]


def left_out(records: list[Record], floors: Floors) -> dict[str, str]:
    """Cells under a floor, with the reason."""
    divisions = standings(records, RANKINGS["throughput"], floors).divisions.values()
    return {
        place.record.backend: place.under
        for places in divisions
        for place in places
        if place.record.security.secure and place.value is not None and place.under is not None
    }


@pytest.mark.parametrize("floors", [FLOORS, MOVED], ids=["as it opens", "moved"])
@pytest.mark.parametrize("seed", range(4))
def test_page_and_terminal_rank_alike(write: Write, seed: int, floors: Floors, chromium: Tabs) -> None:
    records = chance_records(seed)
    query = "" if floors == FLOORS else f"?bits={floors.bits:g}&agreement={100 * floors.agreement:g}"
    with chromium() as chrome:
        open_page(chrome, write(records), query=query)
        drawn: Any = chrome.execute_script(RACES)
        left: dict[str, str] = dict(chrome.execute_script(LEFT))
    assert [sorted(division) for division in drawn] == races(records, floors)
    under = left_out(records, floors)
    assert {name: left.get(name) for name in under} == under
    assert (left["toy"], left["late"]) == ("INSECURE", "timed out: 600 s")
    assert under
