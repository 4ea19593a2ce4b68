"""Five thousand records: under 25 MB, 25 rows drawn as it opens, details unpacked when asked for."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from reports.html.page import render
from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, go_to, open_page
from tests.reports.html.records import many

COUNT = 5000


@pytest.fixture(scope="module")
def bulk() -> list[Record]:
    return many(COUNT)


@pytest.fixture(scope="module")
def page(bulk: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bulk") / "report.html"
    path.write_text(render(bulk, [], ["results"], datetime(2026, 11, 25, 12, tzinfo=timezone.utc)))
    return path


def test_the_file_is_small_and_names_every_record(page: Path, bulk: list[Record]) -> None:
    assert page.stat().st_size < 25_000_000
    text = page.read_text()
    assert all(record.key in text for record in bulk)


def test_it_draws_one_page_of_rows_and_details_come_when_asked_for(
    page: Path, bulk: list[Record], chromium: Tabs
) -> None:
    with chromium() as chrome:
        open_page(chrome, page)
        lines = "return document.querySelectorAll('#records tbody tr:not(.group)').length"
        assert chrome.execute_script(lines) == 25
        assert bulk[4321].key in go_to(chrome, bulk[4321])
        assert complaints(chrome) == []
