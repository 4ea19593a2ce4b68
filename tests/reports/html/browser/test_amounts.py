"""Amounts as colours: letters on them can be read, and where there is no amount, words say so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from selenium import webdriver

from tests.reports.html.browser.chromium import Tabs, complaints, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import made

#: Of each cell of the heat map its colour and that of its letters.
COLOURS = """const { chart } = document.querySelectorAll('#time .plot')[1].figure;
    const data = chart.getModel().getSeriesByIndex(0).getData();
    return chart.getOption().series[0].data.map(
        (cell, place) => [data.getItemVisual(place, 'style').fill, cell.label.color])"""
ENOUGH = 4.5


def channels(colour: str) -> list[int]:
    """Red, green and blue of `#rgb`, `#rrggbb` or `rgba(r,g,b,a)`."""
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        return [int(digits[start : start + 2], 16) for start in (0, 2, 4)]
    return [int(number) for number in re.findall(r"\d+", colour)[:3]]


def luminance(colour: str) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    parts = [channel / 255 for channel in channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text(chrome: webdriver.Chrome, place: str) -> str:
    found: str = chrome.execute_script(f"return document.querySelector('#{place}').textContent")
    return found


def layers(bits: list[float | None]) -> list[dict[str, Any]]:
    return [
        {"name": f"layer {place}", "precision_bits": one, "error_max": 0.0 if one is None else 2**-one}
        for place, one in enumerate(bits)
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_letters_can_be_read_on_every_colour(write: Write, dark: bool, chromium: Tabs) -> None:
    page = write(
        [made(latency__layers=[{"name": f"layer {place}", "s": place / 10} for place in range(401)])]
    )
    with chromium(dark=dark) as chrome:
        open_page(chrome, page)
        found = chrome.execute_script(COLOURS)
    assert len({fill for fill, _ in found}) > 200
    assert {letters for _, letters in found} == {"#000", "#fff"}
    assert min(contrast(fill, letters) for fill, letters in found) >= ENOUGH


def test_where_every_layer_is_exact_words_say_so(write: Write, chromium: Tabs) -> None:
    exact = {"ladder__precision_bits": None, "ladder__logit_error_max": 0.0}
    page = write([made(backend="cleartext", security={}, ladder__layers=layers([None, None]), **exact)])
    with chromium() as chrome:
        open_page(chrome, page)
        assert "Every layer is equal to the last bit." in text(chrome, "drift")
        assert "Infinity" not in text(chrome, "drift")
        assert chrome.execute_script("return document.querySelector('#drift .plot')") is None
        assert "exact" in text(chrome, "overview .cells")
        assert "exact" in text(chrome, "overview .table")
        assert complaints(chrome) == []


def test_what_has_no_precision_for_another_reason_is_not_called_exact(write: Write, chromium: Tabs) -> None:
    page = write([made(ladder__precision_bits=None, ladder__logit_error_max=None)])
    with chromium() as chrome:
        open_page(chrome, page)
        assert "exact" not in text(chrome, "overview")
