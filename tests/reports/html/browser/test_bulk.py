"""Many records: 5,000 are under 20 MB, 25 rows are drawn as it opens, details unpacked when asked for."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from reports.html.packing import PER_STREAM
from reports.html.page import render
from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, go_to, open_page
from tests.reports.html.lifelike import lifelike
from tests.reports.html.records import many
from tests.reports.html.unpacking import rows_of

COUNT = 1000
#: How many are to fit how many bytes: a page grows by as much with each stream of records.
MOST, MOST_BYTES = 5000, 20_000_000


@pytest.fixture(scope="module")
def bulk() -> list[Record]:
    return many(COUNT)


@pytest.fixture(scope="module")
def page(bulk: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bulk") / "report.html"
    path.write_text(rendered(bulk))
    return path


def rendered(records: list[Record]) -> str:
    return render(records, [], ["results"], datetime(2026, 11, 25, 12, tzinfo=timezone.utc))


def extrapolated(records: list[Record], whole: str) -> float:
    """Bytes of a page of as many records as are to fit, from one of these and one of the first few."""
    few = 2 * PER_STREAM
    of_few = len(rendered(records[:few]).encode())
    return of_few + (MOST - few) * (len(whole.encode()) - of_few) / (len(records) - few)


def test_the_file_is_small_and_names_every_record(page: Path, bulk: list[Record]) -> None:
    text = page.read_text()
    assert extrapolated(bulk, text) < MOST_BYTES
    assert [row["key"] for row in rows_of(text)] == [record.key for record in bulk]


def test_so_is_that_of_records_as_real_runs_make_them() -> None:
    records = list(lifelike(COUNT))
    assert extrapolated(records, rendered(records)) < MOST_BYTES


def test_it_draws_one_page_of_rows_and_details_come_when_asked_for(
    page: Path, bulk: list[Record], chromium: Tabs
) -> None:
    with chromium() as chrome:
        open_page(chrome, page)
        lines = "return document.querySelectorAll('#records tbody tr:not(.group)').length"
        assert chrome.execute_script(lines) == 25
        assert bulk[987].key in go_to(chrome, bulk[987])
        assert complaints(chrome) == []
