"""What a reader on paper and one without a mouse must not lose."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from tests.reports.html.browser.chromium import wait
from tests.reports.html.browser.conftest import Write
from tests.reports.html.histories import gates
from tests.reports.html.records import made

PRINT = "dispatchEvent(new Event(arguments[0]))"
FOCUSED = "return [document.activeElement.tagName, document.activeElement.textContent.slice(0, 8)]"


@pytest.fixture(scope="module")
def page(write: Write) -> Path:
    """Six hundred records on seven machines, and the gates of two cells."""
    records = [made(parameter_set=f"set{place}", environment__cores=1 + place % 7) for place in range(600)]
    entries = [*gates("one", [60.0] * 6, [1] * 3 + [2] * 3), *gates("two", [5.0] * 6, [7] * 6)]
    return write(records, entries=entries)


def test_warnings_are_printed_and_stay_as_the_reader_had_them(chrome: webdriver.Chrome) -> None:
    folded = "return document.querySelector('details.notice').open"
    assert chrome.execute_script(folded) is False  # more than four
    chrome.execute_script(PRINT, "beforeprint")
    assert chrome.execute_script(folded) is True
    chrome.execute_script(PRINT, "afterprint")
    assert chrome.execute_script(folded) is False


def test_paper_says_where_a_table_stops(chrome: webdriver.Chrome) -> None:
    chrome.execute_script(PRINT, "beforeprint")
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    said = "return document.querySelector('#records .cut').innerText"
    assert chrome.execute_script(said) == "The first 40 of 600 rows."
    chrome.execute_script(PRINT, "afterprint")
    assert chrome.execute_script(said) == ""


def test_turning_pages_by_keyboard_goes_on(chrome: webdriver.Chrome) -> None:
    """The button and what is read out stay the same elements, up to the last page and back."""
    pager = chrome.find_element("css selector", "#records .pager")
    told, _, following = pager.find_elements("css selector", "*")
    for page in range(2, 26):
        following.send_keys(Keys.ENTER)
        assert told.text == f"{25 * min(page, 24) - 24}–{25 * min(page, 24)} of 600"
        assert chrome.execute_script(FOCUSED) == ["BUTTON", "Next"]
    assert following.get_attribute("aria-disabled") == "true"


def test_choosing_in_the_history_keeps_the_choice_focused(chrome: webdriver.Chrome) -> None:
    cell, measure = chrome.find_elements("css selector", "#history select")
    title = "return document.querySelector('#history figcaption h3').textContent"
    assert chrome.execute_script(title).startswith("counts.rotations")
    cell.send_keys("two")
    assert chrome.execute_script("return document.activeElement === arguments[0]", cell)
    measure.send_keys("latency")
    wait(chrome, f"{title}.startsWith('latency.evaluate_s')")
    assert chrome.execute_script("return document.activeElement === arguments[0]", measure)
    text = chrome.execute_script("return document.querySelector('#history .plot').ariaLabel")
    assert "0 steps" in text
