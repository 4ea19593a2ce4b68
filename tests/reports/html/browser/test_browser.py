"""The report in a real Chromium: it works, says nothing on the console and asks for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from reports.html.derived import address
from reports.record import Record
from tests.reports.html.browser.chromium import (
    ALL_CASES,
    SHOWN,
    Tabs,
    complaints,
    go_to,
    open_page,
    requests,
    wait,
    wait_until_drawn,
)

#: Sections that draw, whatever else they hold.
DRAWING = (
    "ladder",
    "drift",
    "time",
    "primitives",
    "memory",
    "levels",
    "front",
    "sweeps",
    "amortised",
    "history",
)

ROWS = """return [...document.querySelectorAll('#overview .table tbody')].map((body) =>
    [body.querySelector('tr.group').textContent, [...body.querySelectorAll('tr:not(.group)')].map(
        (line) => line.children[arguments[0]].textContent)])"""


def column(chrome: webdriver.Chrome, title: str) -> int:
    """The place of a column of the overview."""
    script = (
        "return [...document.querySelectorAll('#overview .table thead th')].map((cell) => cell.textContent)"
    )
    return next(place for place, text in enumerate(chrome.execute_script(script)) if text.startswith(title))


def sort(chrome: webdriver.Chrome, place: int) -> str:
    """Press a heading of the overview; how the column says that it is sorted."""
    heading = f"document.querySelectorAll('#overview .table thead th')[{place}]"
    chrome.execute_script(f"{heading}.querySelector('button').click()")
    found: str = chrome.execute_script(f"return {heading}.getAttribute('aria-sort')")
    return found


def test_the_console_is_silent_and_nothing_is_asked_for(
    chrome: webdriver.Chrome, page: Path, records: list[Record]
) -> None:
    chrome.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    go_to(chrome, records[0])
    chrome.execute_cdp_cmd("Page.printToPDF", {})
    assert complaints(chrome) == []
    assert set(requests(chrome)) == {f"{page.as_uri()}{ALL_CASES}"}


def test_the_policy_lets_nothing_out(chrome: webdriver.Chrome) -> None:
    chrome.execute_async_script(
        "const done = arguments[0]; fetch('https://example.org/').then(done, () => done('refused'))"
    )
    assert any("Content Security Policy" in message for message in complaints(chrome))


@pytest.mark.parametrize("section", DRAWING)
def test_the_plots_are_there(untouched: webdriver.Chrome, section: str) -> None:
    script = """return [...document.querySelectorAll(`#${arguments[0]} .plot`)].map((host) => [
        host.querySelectorAll('svg path, svg rect').length, host.clientHeight, host.ariaLabel])"""
    plots: list[Any] = untouched.execute_script(script, section)
    assert plots
    for shapes, height, text in plots:
        assert shapes > 5
        assert height > 100
        assert "table below" in text


def test_tables_sort_without_ranking_secure_beside_insecure(chrome: webdriver.Chrome) -> None:
    place = column(chrome, "Per sample")
    for order in ("ascending", "descending"):
        assert sort(chrome, place) == order
        groups = chrome.execute_script(ROWS, place)
        assert [title.split(":")[0] for title, _ in groups] == ["Secure", "INSECURE", "Not finished"]
        values = [float(text) for text in groups[0][1] if text != "–"]
        assert values == sorted(values, reverse=order == "descending")
        assert len(values) == 5


def test_the_history_shows_its_steps_with_their_commits(untouched: webdriver.Chrome) -> None:
    text = untouched.execute_script("return document.getElementById('history').textContent")
    assert "03aaaaaaaa..04aaaaaaaa" in text
    assert "counts.rotations over commits" in text


def test_filters_reach_every_section(chrome: webdriver.Chrome, records: list[Record]) -> None:
    count = "return document.getElementById('filter-count').textContent"
    assert chrome.execute_script(count).startswith(f"{len(records)} of {len(records)}")
    chrome.execute_script(
        """const box = document.getElementById('filter-status'); box.value = 'unsupported';
        box.dispatchEvent(new Event('change'))"""
    )
    wait_until_drawn(chrome)
    assert chrome.execute_script(count).startswith("1 of ")
    (group,) = chrome.execute_script(ROWS, column(chrome, "Status"))
    assert "the library cannot bootstrap" in group[1][0]


def test_a_record_is_unpacked_when_it_is_asked_for(page: Path, records: list[Record], chromium: Tabs) -> None:
    with chromium() as chrome:
        for record in (records[0], records[-4]):
            open_page(chrome, page, f"#record-{address(record)}")
            text = wait(chrome, SHOWN, record.key)
            assert record.cell in text
            assert record.run_id in text
            assert str(record.latency.evaluate_s).removesuffix(".0") in text


def test_html_in_names_and_reasons_stays_text(page: Path, records: list[Record], chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, page)
        go_to(chrome, records[-1])
        assert chrome.execute_script("return [window.attacked, document.images.length]") == [None, 0]
        assert "onerror=" in chrome.execute_script("return document.getElementById('record').textContent")


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_no_sideways_scrolling(page: Path, dark: bool, chromium: Tabs) -> None:
    with chromium(390, 844, dark=dark) as chrome:
        open_page(chrome, page)
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= 390
        assert chrome.execute_script("return document.documentElement.dataset.scheme") == (
            "dark" if dark else "light"
        )


def test_the_switch_changes_the_colours_of_page_and_plots(chrome: webdriver.Chrome) -> None:
    look = """return [getComputedStyle(document.body).backgroundColor,
        document.querySelector('.plot svg').outerHTML]"""
    before = chrome.execute_script(look)
    for text in ("light", "dark"):
        chrome.execute_script("document.getElementById('theme').click()")
        assert text in chrome.execute_script("return document.getElementById('theme').textContent")
    after = chrome.execute_script(look)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_whoever_cannot_see_it_finds_their_way(chrome: webdriver.Chrome) -> None:
    chrome.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    faults = """
        const named = (node) => node.closest('label') || node.getAttribute('aria-label');
        return {
          captions: [...document.querySelectorAll('table')].filter((one) => !one.caption?.textContent).length,
          scopes: [...document.querySelectorAll('th')].filter((one) => !one.scope).length,
          sorted: [...document.querySelectorAll('.table thead th')].filter((one) => !one.ariaSort).length,
          controls: [...document.querySelectorAll('input, select')].filter((one) => !named(one)).length,
          plots: [...document.querySelectorAll('.plot')].filter(
            (one) => one.role !== 'img' || !one.parentNode.querySelector('.numbers table')).length,
          titles: document.querySelectorAll('h1').length,
        }"""
    wait(
        chrome, "return [...document.querySelectorAll('.numbers')].every((one) => one.children.length === 2)"
    )
    found = chrome.execute_script(faults)
    assert found == {"captions": 0, "scopes": 0, "sorted": 0, "controls": 0, "plots": 0, "titles": 1}


def test_printing_shows_more_rows_in_the_light(page: Path, chromium: Tabs) -> None:
    with chromium(dark=True) as chrome:
        open_page(chrome, page)
        chrome.execute_script("dispatchEvent(new Event('beforeprint'))")
        rows = """return Math.max(...[...document.querySelectorAll('#primitives .compared table')].map(
            (table) => table.querySelectorAll('tbody tr:not(.group)').length))"""
        assert chrome.execute_script("return document.documentElement.dataset.scheme") == "light"
        assert chrome.execute_script(rows) == 40
        chrome.execute_script("dispatchEvent(new Event('afterprint'))")
        assert chrome.execute_script("return document.documentElement.dataset.scheme") == "dark"
        assert chrome.execute_script(rows) == 25
