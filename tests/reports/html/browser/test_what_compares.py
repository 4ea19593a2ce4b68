"""What a reader could take for comparable: batches filled in part, other programs, machines and standings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from reports.record import Record
from tests.reports.html.browser.chromium import chromium, complaints, open_page, wait
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
            insecure(suite="layers", case="linear", samples=2),
            failing("failed", "wrong", suite="layers", case="linear", samples=2, backend="openfhe"),
        ]
    )


@pytest.fixture(scope="module")
def chrome(page: Path) -> Iterator[webdriver.Chrome]:
    with chromium() as browser:
        open_page(browser, page)
        browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        numbers = "[...document.querySelectorAll('.numbers')]"
        wait(browser, f"return {numbers}.every((one) => one.children.length === 2)")
        yield browser


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
    assert chrome.execute_script(points)[2:] == [[8, 0.5], [60, 0.9375]]


def test_what_has_no_batches_is_left_out_and_counted(chrome: webdriver.Chrome) -> None:
    text = chrome.execute_script("return document.querySelector('#amortised .note').textContent")
    assert text == "1 record is left out: in a library's own types there are no batches."


def test_nothing_complains(chrome: webdriver.Chrome) -> None:
    assert complaints(chrome) == []
