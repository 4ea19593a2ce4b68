"""The search on a small layer: bits of the simulator, the front, and the suite that checks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest

from backends.registry import available, get
from bench.run.tuning.bits import bits_left, simulated_bits
from bench.run.tuning.rooms import Room
from bench.run.tuning.search import MARGIN, Choice, Goal, Search, enough, front
from bench.run.tuning.written import alias, suite_text
from bench.run.workload import Workload, layer_workload
from bench.spec.cases import LONGEST_NAME, LayerLiteral, ModelCase
from bench.spec.suite import SUITES, load_suite
from tests.toy import BOOTSTRAPS

#: Cases of suites/degrees.yaml and their models.
DEGREES = (("degree_4", "vit_tiny_degree_4"), ("degree_2", "vit_tiny_degree_2"))
#: A set whose bootstraps leave a few bits.
COARSE = replace(BOOTSTRAPS, scale_bits=37, first_modulus_bits=42)
CASE = ModelCase("digits", "vit_tiny", "digits")
GOAL = Goal(14.0, ["round_trip"], 8_000_000_000, 1)


@pytest.fixture(scope="module")
def workload() -> Workload:
    return layer_workload(LayerLiteral(kind="activation", tokens=4, features=8, degree=4), 2)


@pytest.fixture(scope="module", autouse=True)
def small_rings() -> Iterator[None]:
    """Searched in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.run.tuning.candidates.RINGS", (12, 13))
        patch.setattr("bench.run.tuning.candidates.MORE_LEVELS", (0, 1))
        yield


@pytest.fixture(scope="module")
def found(workload: Workload) -> list[Choice]:
    told: list[str] = []
    search = Search(workload, CASE, GOAL, get("cleartext"), told.append)
    return [one for name in ("tenseal", "pyfhel") for one in search.choices(get(name))]


def test_choices_are_the_fastest_and_those_with_enough_bits_are_marked(found: list[Choice]) -> None:
    seconds = [one.seconds for one in found if one.backend == "tenseal"]
    assert seconds == sorted(seconds)
    assert any(enough(one, GOAL) for one in found)
    assert all(one.bits is not None for one in found)


def test_bits_of_another_scale_are_told_as_if_simulated(workload: Workload, found: list[Choice]) -> None:
    search = Search(workload, CASE, GOAL, get("cleartext"), lambda line: None)
    for choice in found[:3]:
        program = search._program(get("tenseal"), choice.parameters, Room((4,)))
        assert program is not None
        bits = simulated_bits(workload, program, choice.parameters, "tenseal", get("cleartext"))
        assert bits == pytest.approx(choice.bits, abs=0.7)


def test_sets_whose_bootstraps_are_far_too_coarse_are_not_simulated(workload: Workload) -> None:
    search = Search(workload, CASE, GOAL, get("cleartext"), lambda line: None)
    assert search._is_hopeless(get("openfhe"), COARSE)
    assert not search._is_hopeless(get("openfhe"), BOOTSTRAPS)
    assert not search._is_hopeless(get("openfhe"), replace(COARSE, bootstrap=None))


def test_noise_that_leaves_no_number_leaves_no_bits() -> None:
    expected = np.ones((2, 1, 3))
    assert bits_left(expected + 2.0**-14, expected) == pytest.approx(14.0)
    assert bits_left(np.array([expected[0], [[np.nan, 1, np.inf]]]), expected) == -inf


def test_the_front_leaves_out_what_is_beaten_and_what_is_short_of_bits(found: list[Choice]) -> None:
    one = next(choice for choice in found if enough(choice, GOAL))
    short = replace(one, bits=GOAL.bits + MARGIN / 2)
    slower = replace(one, refreshes=7, network_s=100.0)
    slower_and_finer = replace(slower, bits=(one.bits or 0.0) + 5)
    assert front([slower, short, one, slower_and_finer], GOAL) == [one, slower_and_finer]


def test_a_bit_more_is_asked_for_than_is_wanted(found: list[Choice]) -> None:
    assert enough(replace(found[0], bits=GOAL.bits + MARGIN), GOAL)
    assert not enough(replace(found[0], bits=GOAL.bits + MARGIN - 0.1), GOAL)


def test_the_network_counts_by_its_round_trips(workload: Workload) -> None:
    slow = replace(GOAL, network_s=10.0)
    search = Search(workload, CASE, slow, get("cleartext"), lambda line: None)
    (first, *_) = search.choices(get("tenseal"))
    assert first.network_s == 10.0 * first.refreshes


def test_the_suite_has_a_set_for_each_and_one_for_backends_alike(found: list[Choice], tmp_path: Path) -> None:
    suite = load_suite(str(SUITES / "vit_tiny.yaml"), list(available()))
    best = [one for one in found if enough(one, GOAL)][:3]
    twin = replace(best[0], backend="openfhe")
    path = tmp_path / "tuned.yaml"
    path.write_text(suite_text(suite, [*best, twin], GOAL, 4, tmp_path))
    written = load_suite(str(path), list(available()))
    by_alias = {one.alias: one for one in written.parameter_sets}
    assert replace(by_alias["choice1"].parameters, security=0) == replace(best[0].parameters, security=0)
    assert set(by_alias["choice1"].backends) >= {best[0].backend, "openfhe"}
    assert by_alias["choice1"].limits.precision_bits == GOAL.bits
    assert alias(twin, [*best, twin]) == "choice1"


def test_models_of_one_suite_beat_each_other_in_nothing(found: list[Choice], tmp_path: Path) -> None:
    suite = load_suite(str(SUITES / "degrees.yaml"), list(available()))
    one, *_, last = (choice for choice in found if enough(choice, GOAL))
    choices = [replace(one, case=name, model=model) for name, model in DEGREES]
    assert front(choices, GOAL) == choices
    path = tmp_path / "tuned.yaml"
    path.write_text(suite_text(suite, [*choices, replace(last, case="degree_2")], GOAL, 4, tmp_path))
    written = load_suite(str(path), list(available()))
    assert [case.name for case in written.cases] == ["degree_4", "degree_2"]
    assert written.parameter_sets[0].cases == ("degree_4", "degree_2")


@pytest.mark.parametrize("model", ["my_vit", "../my_vit", "../vit_tiny", "./vit_tiny", "vit_tiny"])
def test_models_of_a_users_own_are_found_from_the_suite_that_is_written(
    found: list[Choice], tmp_path: Path, model: str
) -> None:
    (tmp_path / "sub" / model).mkdir(parents=True)
    mine, name = tmp_path / "sub" / "mine.yaml", "n" * LONGEST_NAME
    text = (SUITES / "vit_tiny.yaml").read_text().replace("model: vit_tiny", f"model: {model}")
    mine.write_text(text.replace("name: digits", f"name: {name}"))
    suite = load_suite(str(mine), list(available()))
    path = tmp_path / "tuned.yaml"
    path.write_text(suite_text(suite, [replace(found[0], case=name, model=model)], GOAL, 4, tmp_path))
    written = load_suite(str(path), list(available()))
    assert written.model_folders[name].resolve() == suite.model_folders[name].resolve()
    assert written.name == f"tuned_{name}"[:LONGEST_NAME]
