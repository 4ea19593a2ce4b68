"""One model, several polynomials: a table, named points and a choice; and the cosine of embeddings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver.support.ui import Select

from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.browser.test_access import FINDINGS
from tests.reports.html.records import made
from tests.reports.html.test_polynomials import cell, with_loss

ROWS = """return [...document.querySelectorAll('#polynomials .content > div > .table tbody tr')].map((row) =>
    [...row.cells].map((one) => one.textContent.trim()))"""
LABELS = "return [...document.querySelectorAll('#polynomials .plot text')].map((one) => one.textContent)"
EMPTY = "return document.querySelector('#polynomials .empty')?.textContent ?? null"


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Two models on two libraries, one of them with two processes under each name."""
    return [
        with_loss(cell("kept", backend=backend, latency__per_sample_s=9.0, counts__bootstraps=12))
        for backend in ("openfhe", "tenseal")
    ] + [
        cell("warm", backend=backend, latency__per_sample_s=seconds, key=key * 32, run_id=f"run{number}")
        for backend, key in (("openfhe", "ab"), ("tenseal", "cd"))
        for number, seconds in enumerate((2.0, 4.0))
    ]


@pytest.fixture(scope="module")
def report(records: list[Record], write: Write) -> Path:
    return write(records)


def test_each_checkpoint_has_a_row_and_a_named_point(report: Path, chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, report)
        warm, kept = chrome.execute_script(ROWS)
        assert (warm[0], kept[0]) == ("warm", "kept")
        assert "0.25 [-1.25, 1.75] points" in kept
        assert "12" in kept
        assert "3.00" in warm  # the median of its processes
        assert {"warm", "kept"} <= set(chrome.execute_script(LABELS))
        assert complaints(chrome) == []


def test_another_library_is_a_choice_away(report: Path, chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, report)
        choice = Select(chrome.find_element("css selector", "#polynomials .content > label select"))
        names = [one.text for one in choice.options]
        assert [("openfhe" in name, "tenseal" in name) for name in names] == [(True, False), (False, True)]
        choice.select_by_index(1)
        caption = chrome.find_element("css selector", "#polynomials caption").text
        assert caption == names[1]


def test_axe_finds_nothing_in_it(report: Path, chromium: Tabs) -> None:
    rules = (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    with chromium() as chrome:
        chrome.set_script_timeout(100)
        open_page(chrome, report)
        chrome.execute_script(rules)
        assert chrome.execute_async_script(FINDINGS) == []


def test_without_a_second_checkpoint_it_says_so(write: Write, chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, write([cell("kept")]))
        assert chrome.execute_script(EMPTY).startswith("No two models")


def test_embeddings_have_a_cosine_where_others_have_a_score(write: Write, chromium: Tabs) -> None:
    ladder = {"precision_bits": 8.1, "cosine": 0.99999, "logit_error_max": 0.002, "logit_error_mean": 0.0004}
    with chromium() as chrome:
        open_page(chrome, write([made(ladder=ladder)]), query="")
        answers, table, ladders = (
            chrome.find_element("id", name).get_attribute("textContent")
            for name in ("answer", "cells", "ladder")
        )
    assert "Embeddings: cosine 0.999990" in answers
    assert "cosine 0.999990" in table
    assert "0.999990" in ladders
    assert "accuracy" not in answers + ladders
