"""Where an address leads: below the bar of filters, and to the same record whatever the page also holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver

from reports.html.derived import address
from tests.reports.html.browser.chromium import SHOWN, Tabs, go_to, open_page, wait
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import made

#: How far the heading of the section that the address names is below the bar, and above the screen's end.
LANDED = """const heading = document.querySelector(`${location.hash} h2`).getBoundingClientRect();
    const bar = document.getElementById('filters').getBoundingClientRect();
    return [heading.top - bar.bottom, innerHeight - heading.bottom]"""
#: Whether the page has come to rest where the address leads, as far as it can be scrolled.
AT_REST = """const {top} = document.querySelector(location.hash).getBoundingClientRect();
    const rest = window.rested === top;
    window.rested = top;
    return rest"""
SCREENS = [(1400, 1000), (1000, 700), (390, 844)]
SECTIONS = ("overview", "sweeps", "conditions")


def landed(chrome: webdriver.Chrome) -> None:
    """See that the heading is on the screen, and below the bar."""
    wait(chrome, AT_REST)
    below_bar, above_end = chrome.execute_script(LANDED)
    assert below_bar >= 0
    assert above_end >= 0


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_link_lands_below_the_bar_of_filters_however_high_that_is(
    page: Path, width: int, height: int, chromium: Tabs
) -> None:
    with chromium(width, height) as chrome:
        open_page(chrome, page)
        for opened in ("true", "false"):
            chrome.execute_script(f"document.getElementById('filters').open = {opened}")
            chrome.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
            for section in SECTIONS:
                chrome.execute_script(
                    "document.querySelector(`nav a[href='#${arguments[0]}']`).click()", section
                )
                landed(chrome)


def test_so_does_the_address_with_which_a_page_is_opened(page: Path, chromium: Tabs) -> None:
    with chromium(1000, 700) as chrome:
        for section in SECTIONS:
            chrome.get("about:blank")  # else the browser would only go there in the page that is open
            open_page(chrome, page, f"#{section}")
            landed(chrome)


def test_a_records_address_survives_other_records(write: Write, chromium: Tabs) -> None:
    """Older and newer ones, other runs of its cell, and other processes of its run."""
    asked = made(started_at="2026-11-23T04:45:05Z")
    fields = {"key": asked.key, "cell": asked.cell}
    others = [
        made(backend="openfhe", started_at="2026-11-20T00:00:00Z"),
        made(run_id="another", started_at="2026-11-23T04:45:05Z", **fields),
        made(started_at="2026-11-23T04:45:04Z", **fields),
        asked,
        made(backend="pyfhel"),
    ]
    with chromium() as chrome:
        for records in ([asked], others):
            open_page(chrome, write(records))
            link = "return [...document.querySelectorAll('#records a')].map((one) => one.hash)"
            assert f"#record-{address(asked)}" in chrome.execute_script(link)
            assert asked.started_at.isoformat()[:19] in go_to(chrome, asked)
    assert len({address(record) for record in others}) == len(others)


def test_an_address_of_a_record_that_is_not_here_is_told_so(page: Path, chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, page, "#record-0")
        assert "make a report of its results" in wait(chrome, SHOWN, "Not on this page")
