"""Rounds in the browser: processes shown as their median, and nothing ranked beside what does not compare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from reports.html.derived import address
from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import failing, made, measured, processes

NO_BOOTSTRAP = [{"name": "bootstrap", "reason": "SEAL has no CKKS bootstrap"}]
#: Each primitives table: its caption, its headings, and the text of every line's cells.
TABLES = """const said = 'strong, .facts span, .chip, .why:not(.facts)';
const parts = (cell) => [...cell.querySelectorAll(said)].map((one) => one.textContent);
return [...document.querySelectorAll('#primitives .compared')].map((box) => [
    box.querySelector('caption').textContent,
    [...box.querySelectorAll('thead th')].map((cell) => cell.textContent.trim()),
    Object.fromEntries([...box.querySelectorAll('tbody')].map((body) => [
        body.querySelector('tr.group').textContent,
        Object.fromEntries([...body.querySelectorAll('tr:not(.group)')].map((line) => [
            line.children[0].textContent, [...line.children].slice(1).map(parts)]))]))])"""


def rounds(times: list[float], backend: str, key: str, **changes: object) -> list[Record]:
    return [
        measured(
            seconds,
            backend=backend,
            key=key * 32,
            started_at=f"2026-11-23T04:45:{number:02d}Z",
            unsupported=NO_BOOTSTRAP,
            **changes,
        )
        for number, seconds in enumerate(times)
    ]


@pytest.fixture(scope="module")
def measurements() -> list[Record]:
    """Two libraries in rounds, the simulator and an evaluation of the same case and set, and what failed."""
    in_turns = [
        *rounds([0.010, 0.030, 0.020], "tenseal", "aa"),
        *rounds([0.040, 0.060], "pyfhel", "bb"),
        *rounds([0.001], "cleartext", "cc", security={}),
    ]
    evaluation = made(
        suite="primitives",
        case="primitives",
        backend="tenseal",
        key="dd" * 32,
        latency__primitives=[{"name": "rotate", "level": 8, "count": 2, "s": 0.2}],
    )
    other_case = measured(0.5, suite="primitives", case="other", key="ee" * 32)
    failed = failing("failed", "no memory", suite="primitives", case="primitives", backend="openfhe")
    two_threads = processes([2.0], key="ff" * 32, backend="pyfhel", environment__threads=2)
    timed = processes([1.0, 5.0, 3.0], key="ab" * 32)
    return [*in_turns, evaluation, other_case, failed, *timed, *two_threads]


@pytest.fixture(scope="module")
def shown(write: Write, measurements: list[Record]) -> Path:
    return write(measurements)


@pytest.fixture(scope="module")
def chrome(shown: Path, chromium: Tabs) -> Iterator[webdriver.Chrome]:
    with chromium() as browser:
        open_page(browser, shown)
        yield browser


def table(chrome: webdriver.Chrome, *words: str) -> tuple[list[str], dict[str, dict[str, list[list[str]]]]]:
    """Headings and lines of the one primitives table whose caption has these words."""
    ((headings, lines),) = [
        rest
        for caption, *rest in chrome.execute_script(TABLES)
        if all(word in caption for word in words) and ("INSECURE" in caption) == ("INSECURE" in words)
    ]
    return headings, lines


def test_a_primitive_is_the_median_of_its_processes(chrome: webdriver.Chrome) -> None:
    headings, lines = table(chrome, "median", "primitives / primitives", "C1")
    assert [heading.split()[0] for heading in headings] == ["Primitive", "pyfhel", "tenseal"]
    assert headings[1].endswith("ms, 2 processes")
    assert headings[2].endswith("ms, 3 processes")
    assert lines["Level 8"]["rotate"] == [
        ["50.0", "40.0–60.0", "28.0 bits"],
        ["20.0", "10.0–30.0", "28.0 bits"],
    ]
    assert lines["Keys, at no level"]["generate_rotation_keys"][1] == ["20.0", "10.0–30.0", "5.00 MB"]


def test_every_process_is_a_link_away(chrome: webdriver.Chrome, measurements: list[Record]) -> None:
    links = chrome.execute_script(
        """return [...document.querySelectorAll('#primitives .participants')].map((list) =>
            [...list.querySelectorAll('a')].map((link) => link.getAttribute('href')))"""
    )
    addresses = [address(measurements[place]) for place in (3, 4, 0, 1, 2, 8)]
    assert ["#conditions", *(f"#record-{one}" for one in addresses)] in links


def test_what_a_library_lacks_stands_where_it_would_with_its_reason(chrome: webdriver.Chrome) -> None:
    _, lines = table(chrome, "median", "primitives / primitives", "C1")
    lacking = ["unsupported", "SEAL has no CKKS bootstrap"]
    assert lines["Unsupported by every backend here"]["bootstrap"] == [lacking, lacking]


def test_neither_the_simulator_nor_another_case_nor_an_evaluation_is_beside_them(
    chrome: webdriver.Chrome,
) -> None:
    assert len(chrome.execute_script(TABLES)) == 6  # the last two are of the timed cells
    headings, lines = table(chrome, "INSECURE")
    assert headings[1].startswith("cleartext")
    assert lines["Level 8"]["rotate"][0][0] == "1.00"
    assert table(chrome, "primitives / other")[1]["Level 8"]["rotate"][0][0] == "500"
    assert table(chrome, "within evaluations", "primitives / primitives")[1]["Level 8"]["rotate"] == [["100"]]


def test_the_curves_are_of_one_table_at_a_time(chrome: webdriver.Chrome) -> None:
    names = """const { chart } = document.querySelector('#primitives .plot').figure;
        return chart.getOption().series.map((one) => one.name)"""
    choose = """const select = document.querySelector('#primitives select');
        select.selectedIndex = [...select.options].findIndex((one) => one.value.match(arguments[0]));
        select.dispatchEvent(new Event('change'))"""
    for title, backends in (
        ("^primitives / primitives.*C1$", ["pyfhel", "tenseal"]),
        ("INSECURE", ["cleartext"]),
        ("within", ["tenseal"]),
    ):
        chrome.execute_script(choose, title)
        assert chrome.execute_script(names) == backends


def test_the_overview_has_a_row_for_all_processes_and_says_under_which_conditions(
    chrome: webdriver.Chrome,
) -> None:
    rows = chrome.execute_script(
        """const table = document.querySelector('#overview .table');
        const place = (title) => [...table.querySelectorAll('thead th')].findIndex(
            (cell) => cell.textContent.startsWith(title));
        const places = ['Backend', 'Case', 'Per sample', 'Conditions', 'Processes'].map(place);
        return [...table.querySelectorAll('tbody tr:not(.group)')].map((line) =>
            places.map((at) => line.children[at].textContent))"""
    )
    assert ["tenseal", "vit_tiny / digits", "3.00", "C3", "3 processes: 04:45:00 04:45:01 04:45:02"] in rows
    assert ["pyfhel", "vit_tiny / digits", "2.00", "C4", "1 process: 04:45:00"] in rows


def test_the_map_marks_other_conditions_and_calls_nothing_probed_that_was_not(
    chrome: webdriver.Chrome,
) -> None:
    text = chrome.execute_script(
        """return Object.fromEntries([...document.querySelectorAll('#overview .cells tbody tr')].map((line) =>
            [line.children[0].textContent, line.textContent]))"""
    )
    (mixed,) = [line for name, line in text.items() if "vit_tiny" in name]
    assert "C3, 1 thread" in mixed
    assert "C4, 2 threads" in mixed
    assert "median of 3 processes" in mixed
    (same,) = [line for name, line in text.items() if "primitives / other" in name]
    assert "primitives, one by one" in same
    assert "probed" not in "".join(text.values())
    assert "random weights" not in same
    assert complaints(chrome) == []
