"""The example report for readers with other senses and means: axe-core finds nothing, paper is short."""

from __future__ import annotations

import base64
import re
from importlib.resources import files

import pytest

from tests.reports.html.browser.chromium import Tabs, open_page
from tests.reports.html.browser.test_answers import DESKTOP, EXAMPLE, PHONE

MOST_PAGES = 12
#: Pixels across a page of A4, landscape, between its margins.
PAPER = 1039
FINDINGS = """const done = arguments[0];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(
        ({ id, nodes }) => [id, nodes.map((node) => node.html.slice(0, 200)).slice(0, 5)])))"""


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(screen: tuple[int, int], dark: bool, chromium: Tabs) -> None:
    rules = (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    with chromium(*screen, dark=dark) as chrome:
        chrome.set_script_timeout(100)
        open_page(chrome, EXAMPLE, query="")
        chrome.execute_script(rules)
        assert chrome.execute_async_script(FINDINGS) == []


def test_paper_takes_few_pages(chromium: Tabs) -> None:
    with chromium() as chrome:
        open_page(chrome, EXAMPLE, query="")
        paper = {"preferCSSPageSize": True, "printBackground": True}
        printed = base64.b64decode(chrome.execute_cdp_cmd("Page.printToPDF", paper)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= MOST_PAGES


def test_paper_cuts_no_table_off(chromium: Tabs) -> None:
    """Chromium would shrink all pages until the widest table fits, and cut that where it still does not."""
    right = """dispatchEvent(new Event('beforeprint'));
        return [...document.querySelectorAll('section table')].filter((one) => one.getClientRects().length)
            .map((one) => [one.closest('section').id, Math.round(one.getBoundingClientRect().right)])"""
    with chromium(PAPER, 700) as chrome:
        open_page(chrome, EXAMPLE, query="")
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        found = chrome.execute_script(right)
    assert "cells" in dict(found)
    assert [(section, end) for section, end in found if end > PAPER] == []
