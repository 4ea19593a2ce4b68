"""What a reader could take for comparable: batches filled in part, other programs, machines and standings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, open_page, wait
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import failing, insecure, made

#: Headings and lines of the first table in a section that has these words in its caption.
TABLE = """const found = [...document.querySelectorAll(`#${arguments[0]} .table table`)].find(
        (table) => table.caption.textContent.includes(arguments[1]));
    const lines = (rows) => [...rows].map((row) => [...row.children].map((cell) => cell.textContent.trim()));
    return [lines(found.tHead.rows)[0], lines(found.querySelectorAll('tbody tr'))];"""


def layer(parameter_set: str, **changes: Any) -> Record:
    """A layer of two samples."""
    return made(
        **{"suite": "layers", "case": "linear", "samples": 2, "parameter_set": parameter_set, **changes}
    )


@pytest.fixture(scope="module")
def page(write: Write) -> Path:
    return write(
        [
            layer("n14", batch=16, latency__evaluate_s=8.0, latency__per_sample_s=4.0),
            layer("n13_vectors", batch=None, latency__evaluate_s=500.0, latency__per_sample_s=250.0),
            layer("n15", security__log_n=15, latency__evaluate_s=9.0),
            layer("n16", security__log_n=16, latency__evaluate_s=3.0, environment__cpu="another"),
            layer("n14", latency__evaluate_s=5.0, environment__threads=2),
            layer("n14", latency__evaluate_s=2.0, environment__threads=4, environment__cpu="another"),
            layer("n13_tensors", batch=None, memory__public_key_bytes=None),
            insecure(suite="layers", case="linear", samples=2),
            failing("failed", "wrong", suite="layers", case="linear", samples=2, backend="openfhe"),
        ]
    )


@pytest.fixture(scope="module")
def chrome(page: Path, chromium: Tabs) -> Iterator[webdriver.Chrome]:
    with chromium() as browser:
        open_page(browser, page)
        open_tables(browser)
        yield browser


def open_tables(chrome: webdriver.Chrome) -> None:
    """Unfold the numbers behind every plot."""
    chrome.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    numbers = "[...document.querySelectorAll('.numbers')]"
    wait(chrome, f"return {numbers}.every((one) => one.children.length === 2)")


SERIES = """return document.querySelector(`#${arguments[0]} .plot`).figure.chart.getOption().series.map(
    (one) => [one.name, one.data.map((point) => point.value[0])])"""
CHOOSE = """const select = document.querySelectorAll(`#${arguments[0]} select`)[arguments[1]];
    select.value = arguments[2]; select.dispatchEvent(new Event('change'))"""


def test_a_line_joins_what_compares(chrome: webdriver.Chrome) -> None:
    """Neither another machine's records nor those in a library's own types."""
    chrome.execute_script(CHOOSE, "sweeps", 0, "log₂ of the ring's degree")
    name = "tenseal · layers / linear"
    assert dict(chrome.execute_script(SERIES, "sweeps")) == {
        f"{name} · C1": [14, 15],
        f"{name} · vectors · C1": [14],
        f"{name} · tensors · C1": [14],
        f"{name} · C2": [16],
        f"{name} · C3": [14],
        f"{name} · C4": [14],
        f"{name} · C1 · INSECURE": [12],
    }


def test_threads_are_swept_along_a_line_of_one_machine(chrome: webdriver.Chrome) -> None:
    chrome.execute_script(CHOOSE, "sweeps", 0, "threads")
    found = dict(chrome.execute_script(SERIES, "sweeps"))
    assert sorted(found["tenseal · layers / linear · a processor, 2 cores"]) == [1, 1, 2]
    assert found["tenseal · layers / linear · another, 2 cores"] == [1, 4]


@pytest.mark.parametrize(
    ("section", "caption"),
    [
        *(("overview", "Every cell"), ("records", "Every record"), ("front", "latency and precision")),
        *(("amortised", "One input"), ("levels", "Levels and refreshes"), ("sweeps", "by")),
    ],
)
def test_tables_of_records_name_the_conditions(chrome: webdriver.Chrome, section: str, caption: str) -> None:
    open_tables(chrome)
    headings, lines = chrome.execute_script(TABLE, section, caption)
    place = headings.index("Conditions")
    assert {line[place] for line in lines if len(line) > 1} >= {"C1", "C2", "C3", "C4"}


def test_plots_name_the_conditions_where_nothing_else_tells_them_apart(chrome: webdriver.Chrome) -> None:
    names = """return document.querySelector('#front .plot').figure.chart.getOption().series.flatMap(
        (one) => one.data.map((point) => point.lines?.[0])).filter(Boolean)"""
    found = chrome.execute_script(names)
    assert "tenseal · n15 · 1 thread · C1" in found
    assert "tenseal · n16 · 1 thread · C2" in found
    assert "tenseal · n14 · 2 threads" in found


def test_no_table_of_records_ranks_secure_insecure_and_unfinished_ones_together(
    chrome: webdriver.Chrome,
) -> None:
    """Those of primitives are of one standing each, and conditions and models have none."""
    mixed = """return [...document.querySelectorAll('.table')].map((node) => node.table).filter((table) => {
            const standings = (rows) => new Set(rows.map((row) => row['derived.standing'])).size;
            const apart = (group) => standings(table.rows.filter(group.has)) <= 1;
            return standings(table.rows) > 1 && !table.groups?.every(apart);
        }).map((table) => table.table.caption.textContent)"""
    assert chrome.execute_script(mixed) == []


def test_a_batch_that_was_filled_in_part_is_told_as_a_full_one(chrome: webdriver.Chrome) -> None:
    headings, lines = chrome.execute_script(TABLE, "amortised", "One input")
    line = next(dict(zip(headings, line, strict=True)) for line in lines if len(line) > 1)
    assert line["One input s"] == "8.00"
    assert line["Per sample, batch full s"] == "0.500"
    assert line["Per sample, as run s"] == "4.00"
    points = """return document.querySelector('#amortised .plot').figure.chart.getOption().series.map(
        (one) => one.data.map((point) => (point.value ?? point)[0]))"""
    assert chrome.execute_script(points)[2] == [8, 0.5]


def test_sizes_are_shown_though_one_of_them_was_not_measured(chrome: webdriver.Chrome) -> None:
    _, lines = chrome.execute_script(TABLE, "memory", "Keys and ciphertexts")
    (line,) = [line for line in lines if "n13_tensors" in line[0]]
    assert line[1:] == ["800", "–", "–", "20.0", "–", "4.00", "0.500"]


def test_a_part_of_a_time_says_what_it_is_made_of(chrome: webdriver.Chrome) -> None:
    titles = """return [...document.querySelectorAll('#time th')].map((cell) => cell.title)"""
    assert "latency.evaluate_s − latency.round_trips_s" in chrome.execute_script(titles)


def test_what_has_no_batches_is_left_out_and_counted(chrome: webdriver.Chrome) -> None:
    text = chrome.execute_script("return document.querySelector('#amortised .note').textContent")
    assert text == "2 records are left out: in a library's own types there are no batches."


def test_nothing_complains(chrome: webdriver.Chrome) -> None:
    assert complaints(chrome) == []
