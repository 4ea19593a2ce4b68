"""Stages of a conversion: what is finished is not made again, unless what it depends on is another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from models import recipe
from models.architectures.options import ORIGINAL
from models.errors import DivergenceError, ModelError
from models.pipeline import work
from models.pipeline.machine import machine, versions
from models.pipeline.work import Conversion, Report, Trained
from models.splits import Splits, split
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


def test_a_finished_stage_tells_how_it_was_made(conversion: Conversion, lines: list[str]) -> None:
    first, again = (conversion.stage("one", "one-1", make) for _ in range(2))
    assert first.origin == again.origin == {"wall_s": 12.5, "versions": versions()}
    assert lines == ["one: made", "one: done already"]


def changed(part: str, data: Splits) -> Splits:
    """The samples with one grey level of what is fitted to changed, or one label of what is chosen by."""
    if part == "fitted":
        images = data.fitted.images.copy()
        images[0, 0, 0] ^= 1
        return replace(data, fitted=replace(data.fitted, images=images))
    labels = data.validation.labels.copy()
    labels[0] ^= 1
    return replace(data, validation=replace(data.validation, labels=labels))


@pytest.mark.parametrize("part", ["fitted", "validation"])
def test_a_stage_of_other_samples_is_another(conversion: Conversion, lines: list[str], part: str) -> None:
    conversion.stage("one", "one-1", make)
    replace(conversion, data=changed(part, conversion.data)).stage("one", "one-1", make)
    assert lines == ["one: made", "one: made"]


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_a_stage_of_another_version_is_another_and_says_so(
    conversion: Conversion, lines: list[str], library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = conversion.stage("one", "one-1", make)
    monkeypatch.setattr(work, "versions", lambda: versions() | {library: "0.1"})
    after = replace(conversion).stage("one", "one-1", make)
    assert lines == ["one: made", "one: made"]
    assert before.origin["versions"] == versions()
    assert after.origin["versions"][library] == "0.1"


def test_answers_that_are_no_numbers_are_a_divergence_and_wrong_ones_a_defect() -> None:
    with pytest.raises(DivergenceError, match="one: the answers are not numbers"):
        work.accepted("one", float("nan"), 1e-9)
    with pytest.raises(ModelError, match=r"one deviates by 0\.1 ") as raised:
        work.accepted("one", 0.1, 1e-9)
    assert not isinstance(raised.value, DivergenceError)
    assert work.accepted("one", 1e-10, 1e-9) == 1e-10


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
