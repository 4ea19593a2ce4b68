"""Stages of a conversion: what is finished is not made again, and its time is told."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from models import recipe
from models.architectures.options import ORIGINAL
from models.pipeline.machine import machine
from models.pipeline.work import Conversion, Report, Trained
from models.splits import split
from tests.training.graphs import digits_vit
from tests.training.recipes import SMALL


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def conversion(tmp_path: Path, lines: list[str]) -> Conversion:
    chosen = recipe.parse(SMALL, "SMALL", tmp_path)
    return Conversion(chosen, split(chosen), tmp_path, lines.append)


def make(state: Path, report: Report) -> Trained:
    report("made")
    return Trained(digits_vit(ORIGINAL), {"wall_s": 12.5})


def test_a_finished_stage_tells_the_time_that_it_took_when_it_was_made(
    conversion: Conversion, lines: list[str]
) -> None:
    first, again = (conversion.stage("one", "one-1", make) for _ in range(2))
    assert first.origin == again.origin == {"wall_s": 12.5}
    assert lines == ["one: made", "one: done already"]


def test_a_stage_that_tells_no_time_is_made_again(conversion: Conversion, lines: list[str]) -> None:
    conversion.stage("one", "one-1", make)
    (conversion.folder / "one-1" / "origin.json").write_text(json.dumps({}))
    assert conversion.stage("one", "one-1", make).origin == {"wall_s": 12.5}
    assert lines == ["one: made", "one: made"]


def test_two_conversions_in_one_folder_make_a_stage_once(conversion: Conversion, lines: list[str]) -> None:
    under_way = Event()

    def slowly(state: Path, report: Report) -> Trained:
        under_way.set()
        sleep(0.2)
        return make(state, report)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(conversion.stage, "one", "one-1", slowly)
        under_way.wait()
        second = pool.submit(conversion.stage, "one", "one-1", make)
        assert first.result().origin == second.result().origin
    assert lines == ["one: made", "one: done already"]


def test_the_machine_of_a_training_is_named() -> None:
    found = machine(3)
    assert found["device"] in ("cpu", "cuda")
    assert found["name"]
    assert found["threads"] == 3
