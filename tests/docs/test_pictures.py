"""The README's badges say what the project declares, and its picture is small."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from PIL import Image

from tests.bench.commands import ROOT

PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def pictures(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("pictures")


def test_badges_are_those_of_the_declaration(pictures: ModuleType) -> None:
    made = pictures.badges((ROOT / "pyproject.toml").read_text())
    assert {name: (PICTURES / name).read_text() for name in made} == made
    assert "Apache-2.0" in made["licence.svg"]
    assert "3.10 – 3.13" in made["python.svg"]


def test_the_picture_of_the_report_is_small_and_as_wide_as_a_screen(pictures: ModuleType) -> None:
    path = PICTURES / "report.png"
    assert path.stat().st_size <= pictures.MOST_BYTES
    with Image.open(path) as image:
        assert image.size == (pictures.WIDTH, pictures.HEIGHT)


def test_the_readme_shows_what_there_is_and_fetches_nothing() -> None:
    text = (ROOT / "README.md").read_text()
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert {f"docs/pictures/{path.name}" for path in PICTURES.iterdir()} == set(shown)
