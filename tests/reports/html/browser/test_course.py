"""The course of levels in the browser: refreshes marked, layers told apart, the last choice shown."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from reports.html.packing import PER_STREAM
from tests.reports.html.browser.chromium import go_to, wait
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import made

SERIES = """const { chart } = document.querySelector('#levels .plot').figure;
    return chart.getOption().series.map((one) => [one.type, one.name ?? '', one.data.map(
        (item) => [item.value, item.itemStyle?.color ?? '', item.lines])])"""
TITLE = "return document.querySelector('#levels figcaption h3').textContent"


def stretch(layer: str, refresh: str | None = None) -> dict[str, Any]:
    return {"layer": layer, "refresh": refresh, "highest": 8, "lowest": 5, "count": 3, "s": 1.0}


@pytest.fixture(scope="module")
def page(write: Write) -> Path:
    """A computation that comes back to its first layer and is refreshed both ways; more than one stream."""
    course = [
        *(stretch("a"), stretch("b"), stretch("b", "bootstrap"), stretch("c")),
        *(stretch("a"), stretch("a", "round_trip"), stretch("d")),
    ]
    records = [made(parameter_set=f"set{number:02d}") for number in range(PER_STREAM + 5)]
    alike: dict[str, Any] = {"parameter_set": "twice", "latency__course": course}
    return write(
        [
            made(backend="openfhe", parameter_set="set", latency__course=course),
            *records,
            made(key="ab" * 31 + "00", **alike),
            made(key="ab" * 31 + "11", started_at="2026-11-23T04:45:01Z", environment__cores=4, **alike),
        ]
    )


def test_a_refresh_is_marked_where_and_as_what_it_happened(untouched: webdriver.Chrome) -> None:
    assert "openfhe" in untouched.execute_script(TITLE)  # the first of the records
    (_, *marks) = untouched.execute_script(SERIES)
    assert [(kind, name) for kind, name, _ in marks] == [("scatter", "bootstrap"), ("scatter", "round trip")]
    for (_, _, points), middle, what in zip(
        marks, (2.5, 5.5), ("3 bootstraps in b", "3 round trips in a"), strict=True
    ):
        ((value, _, lines),) = points
        assert value == [middle, 8]
        assert lines[0] == what
        assert not any("instruction" in line for line in lines)


def test_neighbouring_layers_have_different_shades(untouched: webdriver.Chrome) -> None:
    (_, _, stretches), *_ = untouched.execute_script(SERIES)
    colours = [colour for _, colour, lines in stretches if "in " not in lines[0]]
    assert len(colours) == 5
    assert all(one != other for one, other in pairwise(colours))
    assert "3 instructions of the program" in stretches[0][2]


def test_the_last_choice_is_shown_though_an_earlier_one_comes_late(chrome: webdriver.Chrome) -> None:
    """The records of the other stream have still to be unpacked when the first one is chosen again."""
    late = chrome.execute_script(
        """const select = document.querySelector('#levels select');
        const late = select.options.length - 6;
        for (const place of [late, 1]) {
            select.selectedIndex = place; select.dispatchEvent(new Event('change')); }
        return select.options[late].value"""
    )
    wait(chrome, f"{TITLE}.includes('set00')")
    (parameter_set,) = re.findall(r"set\d\d", late)
    go_to(chrome, made(parameter_set=parameter_set))  # of the same stream: it waits behind the earlier choice
    assert "set00" in chrome.execute_script(TITLE)


def test_every_record_has_a_name_of_its_own(untouched: webdriver.Chrome) -> None:
    names = untouched.execute_script(
        "return [...document.querySelector('#levels select').options].map((one) => one.value)"
    )
    assert len(set(names)) == len(names)
    alike = [name for name in names if "twice" in name]
    assert [name[-5:] for name in alike] == [" · C1", " · C2"]
