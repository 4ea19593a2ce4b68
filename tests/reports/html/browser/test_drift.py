"""Drift as a line over the layers: its largest drop named and marked, and where values were refreshed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, complaints, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import made

BITS = {"embedding": 24.0, "block.scores": 23.5, "block.mix": 19.0, "block.mlp": 20.0, "head": 18.0}
SERIES = """const { chart } = document.querySelector('#drift .plot').figure;
    return chart.getOption().series.map((one) => ({ name: one.name, areas: one.markArea?.data ?? [],
        points: one.data.map(({ value, symbolSize }) => [...value, symbolSize]) }))"""


def probed(key: str, **changes: Any) -> Record:
    layers = [{"name": name, "precision_bits": bits, "error_max": 2**-bits} for name, bits in BITS.items()]
    return made(ladder__layers=layers, latency={}, key=key * 64, **changes)


@pytest.fixture(scope="module")
def page(write: Write) -> Path:
    """Two libraries that were probed, of which one was also timed."""
    stretch = {"highest": 8, "lowest": 5, "count": 3, "s": 1.0}
    course = [
        {"layer": "embedding", **stretch},
        {"layer": "block", "refresh": "round_trip", **stretch},
        {"layer": "head", **stretch},
    ]
    return write(
        [made(latency__course=course, ladder__layers=None), probed("b"), probed("c", backend="pyfhel")]
    )


@pytest.fixture(scope="module")
def open_there(page: Path, chromium: Tabs) -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        open_page(chrome, page)
        yield chrome


def test_each_record_is_a_line_with_its_largest_drop_marked(open_there: webdriver.Chrome) -> None:
    bands, *lines = open_there.execute_script(SERIES)
    assert [line["name"].split(" · ")[0] for line in lines] == ["pyfhel", "tenseal"]
    for line in lines:
        assert {name: bits for name, bits, _ in line["points"]} == BITS
        assert [name for name, _, size in line["points"] if size > 10] == ["block.mix"]
    assert bands["points"] == []


def test_layers_with_refreshes_are_shaded_from_the_first_to_the_last(open_there: webdriver.Chrome) -> None:
    bands, *_ = open_there.execute_script(SERIES)
    ((begins, ends),) = bands["areas"]
    assert (begins["name"], begins["xAxis"], ends["xAxis"]) == ("round trip", "block.scores", "block.mlp")


def test_a_sentence_names_the_drop_and_the_refreshes(open_there: webdriver.Chrome) -> None:
    sentences = open_there.execute_script(
        "return [...document.querySelectorAll('#drift .drops li')].map((one) => one.textContent)"
    )
    assert len(sentences) == 2
    assert all("most is lost at block.mix, 4.5 bits (23.5 to 19.0)" in one for one in sentences)
    assert ["3 round trips in block" in one for one in sentences] == [False, True]
    assert complaints(open_there) == []
