"""Measures over commits, as the page has them."""

from __future__ import annotations

import base64
import gzip
import json

from reports.html.history import told
from tests.reports.html.histories import gates
from tests.reports.html.records import made
from tests.reports.html.test_page import page


def test_a_step_names_its_commits_and_its_levels() -> None:
    found = told(gates("cell", [60.0] * 6, [1200, 1200, 1200, 1201, 1201, 1201]))
    (step,) = found.steps
    assert (step["measure"], step["before"], step["after"]) == ("counts.rotations", 1200, 1201)
    assert step["commits"] == "02aaaaaaaa..03aaaaaaaa"
    assert step["machine"] is None


def test_every_series_is_packed_and_a_time_says_of_which_machine() -> None:
    found = told(gates("cell", [60.0, 61.0], [1, 1]))
    lines = gzip.decompress(base64.b64decode(found.packed)).decode().split("\n")
    time, count = map(json.loads, lines)
    assert time["machine"] == "a processor, 1 of 2 cores"
    assert [value for _, _, value in time["points"]] == [60.0, 61.0]
    assert count["machine"] is None


def test_a_page_without_a_history_has_no_section_of_it() -> None:
    assert 'id="history"' not in page([made()])
