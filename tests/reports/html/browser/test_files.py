"""What a reader keeps: each plot as a picture, the numbers of a table, whole records."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from selenium import webdriver

from reports.record import Record
from tests.reports.html.browser.chromium import PATIENCE, complaints


def kept(chrome: webdriver.Chrome, folder: Path, button: str) -> Path:
    """The file that a button leaves."""
    where = {"behavior": "allow", "downloadPath": str(folder)}
    chrome.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    chrome.execute_script(f"document.querySelector({button!r}).click()")
    end = time.monotonic() + PATIENCE
    while not (found := [path for path in folder.iterdir() if path.suffix != ".crdownload"]):
        assert time.monotonic() < end, f"no file of {button}"
        time.sleep(0.05)
    return found[0]


@pytest.mark.parametrize("section", ["ladder", "time", "front"])
def test_a_plot_is_kept_as_a_picture_with_its_ground(
    untouched: webdriver.Chrome, section: str, tmp_path: Path
) -> None:
    picture = kept(untouched, tmp_path, f"#{section} .keep")
    text = picture.read_text()
    assert picture.suffix == ".svg"
    assert text.startswith("<svg")
    assert 'fill="#ffffff"' in text or 'fill="rgb(255,255,255)"' in text
    assert text.count("<path") > 5
    assert complaints(untouched) == []


def test_whole_records_are_kept_a_line_each(
    untouched: webdriver.Chrome, records: list[Record], tmp_path: Path
) -> None:
    lines = kept(untouched, tmp_path, "#records .keep").read_text().splitlines()
    assert {json.loads(line)["key"] for line in lines} == {record.key for record in records}
