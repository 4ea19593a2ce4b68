"""What the page is made of: the library as its publisher made it, and scripts that fit into HTML."""

from __future__ import annotations

import hashlib
import re

from models.metrics.catalogue import METRICS
from reports.html import assets
from reports.html.modules import ordered


def test_the_plotting_library_is_the_one_that_its_digest_names() -> None:
    payload = (assets.LIBRARY / "echarts.min.js").read_bytes()
    facts = assets.library_facts()
    assert hashlib.sha256(payload).hexdigest() == facts["sha256"]
    assert len(payload) == facts["bytes"] <= 1_300_000


def test_its_licence_lies_beside_it_and_stands_at_its_head() -> None:
    for name in ("LICENSE", "NOTICE", "LICENSE-d3"):
        assert (assets.LIBRARY / name).stat().st_size > 100
    assert "Licensed to the Apache Software Foundation" in assets.library()[:600]


def test_every_script_is_in_the_page() -> None:
    there = {path.relative_to(assets.SCRIPTS).as_posix() for path in assets.SCRIPTS.rglob("*.js")}
    assert there == {*ordered(assets.SCRIPTS, "main.js"), "first.js"}


def test_no_script_ends_its_own_element() -> None:
    for script in (assets.library(), assets.scripts(), assets.first_script()):
        assert "</script" not in script.lower()
        assert "<!--" not in script


def test_no_script_of_ours_writes_html() -> None:
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in assets.scripts()


def test_no_script_and_no_template_knows_a_metric_by_its_name() -> None:
    """A new metric is an entry of the catalogue, and the page's data say how it is written."""
    template = (assets.FOLDER / "templates" / "page.html.j2").read_text()
    for name, metric in METRICS.items():
        for word in (name, metric.title):
            assert not re.search(rf"\b{word}\b", assets.scripts() + template, re.IGNORECASE)


def test_there_are_as_many_colours_for_backends_as_the_scripts_choose_among() -> None:
    (chosen,) = re.findall(r"COLOURS = (\d+);", assets.scripts())
    for scheme in assets.styles().split(":root[data-scheme")[:2]:
        assert re.findall(r"--backend-(\d+):", scheme) == [str(number) for number in range(int(chosen))]


def test_no_script_guesses_a_unit_from_the_end_of_a_name() -> None:
    assert "endsWith" not in assets.scripts()
