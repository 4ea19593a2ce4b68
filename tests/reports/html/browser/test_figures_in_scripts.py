"""Numbers as the page's scripts write them: as Python writes them in the same page."""

from __future__ import annotations

import base64
import random

import pytest

from reports.figures import THIN_SPACE, seconds, significant, size
from reports.html import assets
from tests.reports.html.browser.chromium import Tabs

#: The module of formats as an address that a page can import.
FORMAT = (
    "data:text/javascript;base64," + base64.b64encode((assets.SCRIPTS / "format.js").read_bytes()).decode()
)
SIGNIFICANT = """return import(arguments[0]).then(
    ({ significant }) => arguments[1].map((value) => significant(value, arguments[2])))"""
#: Where a digit more or less is made by rounding, where thousands begin, and what lies between.
VALUES = [
    *(0.0, 0.00003, -0.00003, 0.0085, 0.09996, 0.52934, 1.0, 9.996, 26.14, 60.0, 99.7, 99.95, -1.234, 100.0),
    *(149.6, 999.4, 999.7, 1000.0, -1000.4, 15342.6, 1234567.0),
    *(10 ** random.Random(place).uniform(-6, 9) for place in range(100)),
]


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_scripts_and_python_write_the_same_figures(digits: int, chromium: Tabs) -> None:
    with chromium() as chrome:
        shown = chrome.execute_script(SIGNIFICANT, FORMAT, VALUES, digits)
    assert shown == [significant(value, digits) for value in VALUES]
    assert significant(99.7, 2) == "100"


def test_scripts_and_python_write_the_same_durations_and_sizes(chromium: Tabs) -> None:
    script = """return import(arguments[0]).then(({ seconds, bytes }) =>
        [arguments[1].map((value) => seconds(value)), arguments[2].map((value) => bytes(value))])"""
    durations = [value for value in VALUES if value == 0 or value >= 1e-10]
    sizes = [*(int(value) for value in VALUES if value >= 1), 4 * 10**15]
    with chromium() as chrome:
        shown = chrome.execute_script(script, FORMAT, durations, sizes)
    assert shown[0] == [seconds(value, thousands=THIN_SPACE) for value in durations]
    assert shown[1] == [size(value) for value in sizes]
