"""The wall time of a cell is the sum of named parts and of what is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backends.interface import SecurityFacts
from backends.security import judge
from bench.parties.messages import BatchFigures, Encrypted, ExecutedPrimitive, Generated, Loaded, Prepared
from bench.run.exchanges import Evaluation
from bench.run.recording import Figures, latency, security
from reports.costs import PARTS


def evaluation(evaluate_s: float, decrypt_s: float) -> Evaluation:
    measured = (BatchFigures(evaluate_s, 2.0, {}), BatchFigures(1.0, 0.0, {}))
    return Evaluation(np.zeros((1, 1, 4)), measured, {}, decrypt_s, 100)


@pytest.fixture
def figures() -> Figures:
    """A cell with a cold evaluation of 31 s and a hot one."""
    return Figures(
        plan_s=1.5,
        wall_s=60.0,
        generated=Generated(4.75, 10.5, (), SecurityFacts(15, 770, 60, "uniform_ternary"), {}),
        loaded=Loaded(3.0),
        prepared=Prepared(6.0, None),
        encrypted=Encrypted(0.25, ()),
        evaluations=[evaluation(30.0, 0.125), evaluation(20.0, 0.0625)],
    )


def test_the_parts_and_what_is_left_are_the_wall_time(figures: Figures) -> None:
    found = latency(figures, samples=1, correct=True)
    parts = [getattr(found, name) for name in PARTS]
    assert parts == [4.75, 10.5, 3.0, 6.0, 0.25, 31.0, 0.125]
    assert found.wall_s == sum(parts) + 4.375
    assert found.other_s == 4.375


def test_key_generation_and_preparation_are_sums_of_parts(figures: Figures) -> None:
    found = latency(figures, samples=1, correct=True)
    assert (found.keygen_s, found.prepare_model_s) == (15.25, 9.0)


def test_a_wrong_output_has_the_parts_before_the_evaluation_and_no_wall_time(figures: Figures) -> None:
    found = latency(figures, samples=1, correct=False)
    assert (found.make_keys_s, found.encode_model_s, found.encrypt_s) == (4.75, 6.0, 0.25)
    assert (found.wall_s, found.evaluate_s, found.decrypt_s, found.other_s) == (None, None, None, None)


def test_a_cell_that_ended_early_has_the_parts_that_it_reached(figures: Figures) -> None:
    reached = replace(figures, wall_s=None, loaded=None, prepared=None, encrypted=None, evaluations=[])
    found = latency(reached, samples=1, correct=False)
    assert (found.make_keys_s, found.write_keys_s, found.keygen_s) == (4.75, 10.5, 15.25)
    assert (found.load_keys_s, found.prepare_model_s, found.wall_s) == (None, None, None)


def test_a_primitive_tells_in_how_many_instructions_it_ran(figures: Figures) -> None:
    """Two batches of a compound of four, and one rotation alone, under one name."""
    executed = (
        ExecutedPrimitive("rotate_many", 3, 1, 4, 0.5, 0.5),
        ExecutedPrimitive("rotate", 3, 1, 1, 0.25, 0.25),
    )
    batch = BatchFigures(1.0, 0.0, {}, primitives=executed, cpu_s=0.75)
    cold = replace(figures.evaluations[0], measured=(batch, batch))
    told = latency(replace(figures, evaluations=[cold]), samples=1, correct=True)
    (found,) = told.primitives or []
    assert (found.name, found.level, found.count, found.calls, found.s) == ("rotate", 3, 10, 4, 1.5)
    assert told.evaluate_cpu_s == 1.5
    assert told.evaluate_idle_s == 0.5


def test_how_secret_and_error_are_drawn_stands_beside_the_verdict() -> None:
    facts = SecurityFacts(14, 400.0, 20.0, "uniform_ternary", error_deviation=3.24, error_from="library")
    told = security(judge(facts))
    assert (told.secret_from, told.error_deviation, told.error_from) == ("declared", 3.24, "library")
