"""A real Chromium, without a screen and without a network, that says what a page did."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from reports.html.derived import address
from reports.record import Record

PATIENCE = 600
#: The page's query that shows all cases.
ALL_CASES = "?case=all"
#: The text of the dialog, once it is that of a record's key.
SHOWN = """const dialog = document.getElementById('record');
    return dialog.open && dialog.textContent.includes(arguments[0]) && dialog.textContent"""


class Tabs(Protocol):
    """Opens a tab of the browser that all tests share, with a screen of a size and a colour scheme.

    It knows nothing of the tabs before it, and is closed at the end of the block.
    """

    def __call__(
        self, width: int = 1400, height: int = 1000, *, dark: bool = False
    ) -> AbstractContextManager[webdriver.Chrome]: ...


@contextmanager
def started() -> Iterator[webdriver.Chrome]:
    """A browser; to start one takes longer than most tests."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.fail("no chromium or chromedriver; install Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@contextmanager
def tab(
    chrome: webdriver.Chrome, width: int = 1400, height: int = 1000, *, dark: bool = False
) -> Iterator[webdriver.Chrome]:
    """See `Tabs`."""
    before = chrome.current_window_handle
    chrome.switch_to.new_window("tab")
    try:
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        complaints(chrome), requests(chrome)  # those of earlier tabs
        yield chrome
    finally:
        chrome.close()
        chrome.switch_to.window(before)


def go_to(chrome: webdriver.Chrome, record: Record) -> str:
    """Follow a record's address, and what its dialog then holds."""
    chrome.execute_script(f"location.hash = 'record-{address(record)}'")
    found: str = wait(chrome, SHOWN, record.key)
    return found


def open_page(chrome: webdriver.Chrome, path: Path, fragment: str = "", query: str = ALL_CASES) -> None:
    """Open a report, of all cases unless the query says otherwise, and wait until everything is drawn."""
    chrome.get(f"{path.as_uri()}{query}{fragment}")
    wait_until_drawn(chrome)


def wait_until_drawn(chrome: webdriver.Chrome) -> None:
    """Until every section shows what the filters say."""
    wait(chrome, "return document.documentElement.dataset.drawn === 'yes'")


def wait(chrome: webdriver.Chrome, script: str, *arguments: object) -> Any:
    """What a script returns, once that is true."""
    end = time.monotonic() + PATIENCE
    while not (found := chrome.execute_script(script, *arguments)):
        assert time.monotonic() < end, f"never true: {script}"
        time.sleep(0.02)
    return found


def complaints(chrome: webdriver.Chrome) -> list[str]:
    """Everything on the console."""
    return [entry["message"] for entry in chrome.get_log("browser")]


def requests(chrome: webdriver.Chrome) -> list[str]:
    """Addresses that were asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
    return [message["params"]["request"]["url"] for message in sent]
