"""The example report answers what a reader comes with in its first two screens, on a desktop and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from tests.reports.html.browser.chromium import Tabs, complaints, open_page, wait

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "examples" / "report.html"
#: Width and height of a screen.
DESKTOP, PHONE = (1400, 1000), (390, 844)
SCREENS = 2

#: Question → the words that stand under it, where they end, and whether they are cut off.
ANSWERS = """return Object.fromEntries([...document.querySelectorAll('#answer .answers > div')].map((box) => {
    const place = box.getBoundingClientRect();
    const wide = [...box.children].some((one) => one.scrollWidth > one.clientWidth + 1);
    const cut = wide || place.right > innerWidth;
    return [box.querySelector('dt').innerText, {
        text: [...box.querySelectorAll('dd')].map((one) => one.innerText).join('\\n'),
        bottom: place.bottom + scrollY, cut }];
    }))"""
#: What must be in the answer to each question: a word of the records, not of the page.
EXPECTED = {
    "Which library?": ("tenseal", "openfhe"),
    "Which parameters?": ("best_seal", "2^14", "bootstrap", "2^16"),
    "How far do answers drift?": ("98.44 %", "100.00 %", "64 samples"),
    "Where does the drift begin?": ("blocks.0.attention.scores", "bits"),
    "How slow is it?": ("190 ms", "519 ms", "for one input"),
    "How much memory?": ("1.19 GB", "16.8 GB"),
    "How many bootstraps?": ("3 bootstraps", "28 round trips"),
    "What crosses the network?": ("MB", "GB"),
    "Did the last commit make it worse?": ("0da731c4",),
    "Can I trust it?": ("9 of 9 cells", "128 bits"),
}


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def screen(request: pytest.FixtureRequest, chromium: Tabs) -> Iterator[tuple[webdriver.Chrome, int]]:
    """The example as it opens, and how many pixels two screens have."""
    width, height = request.param
    with chromium(width, height) as browser:
        open_page(browser, EXAMPLE, query="")
        yield browser, SCREENS * height


def test_ten_questions_are_answered_in_two_screens(screen: tuple[webdriver.Chrome, int]) -> None:
    chrome, most = screen
    found: dict[str, Any] = chrome.execute_script(ANSWERS)
    assert set(found) == set(EXPECTED)
    for question, words in EXPECTED.items():
        answer = found[question]
        assert [word for word in words if word not in answer["text"]] == [], answer["text"]
        assert answer["bottom"] <= most
        assert not answer["cut"]


def test_the_sentence_and_both_divisions_stand_above_them(screen: tuple[webdriver.Chrome, int]) -> None:
    chrome, most = screen
    sentence = chrome.find_element("css selector", "#answer .finding")
    fastest = "tenseal with best_seal is the fastest of 4 that ask the key owner (28 times): 190 ms"
    assert fastest in sentence.text
    assert sentence.rect["y"] + sentence.rect["height"] <= most / SCREENS
    divisions = chrome.find_elements("css selector", "#answer .division")
    assert [one.text.split()[0] for one in divisions] == ["Interactive", "Non-interactive"]
    ratios = [one.text for one in divisions[0].find_elements("css selector", ".much span")]
    assert ratios[:2] == ["1.00×", "1.49×"]
    assert len(ratios) == 4
    assert all(one.rect["y"] + one.rect["height"] <= most for one in divisions)
    assert complaints(chrome) == []


def test_floors_and_a_network_change_who_is_ranked_and_the_address(chromium: Tabs) -> None:
    enter = """const box = document.querySelector(`#answer input[name=${arguments[0]}]`);
        box.value = arguments[1]; box.dispatchEvent(new Event('input'))"""
    with chromium() as chrome:
        open_page(chrome, EXAMPLE, query="?theme=dark")
        chrome.execute_script(enter, "bits", "25")
        chrome.execute_script(enter, "rtt", "100")
        text = chrome.find_element("css selector", "#answer .finding").text
        assert text.startswith("tenseal with best_seal")
        assert "needs nobody" not in text
        address = chrome.current_url
        assert address.endswith("?theme=dark&bits=25&rtt=100")
        open_page(chrome, EXAMPLE, query=address.removeprefix(EXAMPLE.as_uri()))
        assert chrome.find_element("css selector", "#answer .finding").text == text
        assert chrome.execute_script("return document.documentElement.dataset.scheme") == "dark"


def test_a_case_is_a_click_and_an_address_away(chromium: Tabs) -> None:
    press = """document.querySelector(`#cases [data-case="${arguments[0]}"]`).click()"""
    title = "return document.querySelector('#front figcaption h3')?.textContent ?? ''"
    with chromium() as chrome:
        open_page(chrome, EXAMPLE, query="")
        chrome.execute_script(press, "bert_sst2 / sst2")
        wait(chrome, f"{title}.startsWith('bert_sst2')")
        assert chrome.current_url.endswith("?case=bert_sst2/sst2")
        assert not chrome.find_element("id", "glance").is_displayed()
        chrome.execute_script(press, "all")
        assert chrome.find_element("id", "glance").is_displayed()
        assert chrome.current_url.endswith("?case=all")


def test_a_table_leaves_columns_out_and_its_order_is_in_the_address(chromium: Tabs) -> None:
    headings = """return [...document.querySelectorAll('#cells thead th')].map(
        (cell) => [cell.textContent.trim(), cell.ariaSort])"""
    with chromium() as chrome:
        open_page(chrome, EXAMPLE, query="?sort-every-cell-sorting-keeps-secur=Precision+down")
        assert [order for title, order in chrome.execute_script(headings) if title == "Precision bits"] == [
            "descending"
        ]
        chrome.execute_script("document.querySelector('#cells .more').open = true")
        wait(chrome, "return document.querySelectorAll('#cells .columns input').length")
        before = len(chrome.execute_script(headings))
        chrome.execute_script("document.querySelector('#cells .columns input').click()")
        assert len(chrome.execute_script(headings)) == before - 1
        chrome.execute_script("document.querySelectorAll('#cells thead button')[1].click()")
        assert chrome.current_url.endswith("?sort-every-cell-sorting-keeps-secur=Parameter+set+up")
        assert complaints(chrome) == []
