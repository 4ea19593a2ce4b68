"""The report of real runs: the committed baselines of three libraries, and the committed example."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.baseline import read_records
from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, open_page, requests
from tests.reports.html.browser.conftest import ROOT, Write
from tests.reports.html.unpacking import rows_of

LIBRARIES = ("openfhe", "pyfhel", "tenseal")
EXAMPLE = ROOT / "docs" / "examples" / "report.html"
MOST_BYTES = 5_000_000

#: Of each section that draws, its name where a plot of it has next to nothing in it.
EMPTY = """return [...document.querySelectorAll('section .plot')].filter(
    (host) => host.querySelectorAll('svg path, svg rect').length <= 5).map((host) => host.ariaLabel)"""
PLOTS = "return document.querySelectorAll('section .plot').length"
#: Presses a heading of every table that has one, and tells those that do not say that they are sorted.
UNSORTED = """return [...document.querySelectorAll('.table table')].filter((table) => {
    table.querySelector('thead button').click();
    return table.querySelector('thead th').getAttribute('aria-sort') === 'none';
}).map((table) => table.caption.textContent)"""


@pytest.fixture(scope="module")
def of_three() -> list[Record]:
    """Toy cells, encrypted, of every library."""
    folder = ROOT / "suites" / "baselines"
    return [record for name in LIBRARIES for record in read_records(folder / f"toy_{name}.json")]


@pytest.fixture(scope="module")
def report(of_three: list[Record], write: Write) -> Path:
    """Their report."""
    return write(of_three)


def test_every_record_is_found_in_a_small_file(report: Path, of_three: list[Record]) -> None:
    keys = {row["key"] for row in rows_of(report.read_text())}
    assert {record.backend for record in of_three} == set(LIBRARIES)
    assert all(record.key in keys for record in of_three)
    assert report.stat().st_size < MOST_BYTES


def test_the_example_is_small_and_of_five_libraries_at_128_bits() -> None:
    rows = rows_of(EXAMPLE.read_text())
    assert EXAMPLE.stat().st_size < MOST_BYTES
    assert {row["backend"] for row in rows} == {*LIBRARIES, "seal_python", "fhelium"}
    assert not any("INSECURE" in row["parameter_set"] for row in rows)


@pytest.mark.parametrize("which", ["toy cells", "the example"])
def test_it_works_in_silence_and_asks_for_nothing(report: Path, which: str, chromium: Tabs) -> None:
    path = EXAMPLE if which == "the example" else report
    with chromium() as chrome:
        open_page(chrome, path)
        assert chrome.execute_script(PLOTS) > 5
        assert chrome.execute_script(EMPTY) == []
        assert chrome.execute_script(UNSORTED) == []
        assert complaints(chrome) == []
        assert {one.partition("?")[0] for one in requests(chrome)} == {path.as_uri()}
