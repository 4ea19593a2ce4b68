"""A sample that runs away spoils its batch; the others have their answers, from batches without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.program import Program
from bench.run.exchanges import Evaluation
from bench.run.program_parties import ProgramParties
from bench.run.session import News, Stage
from bench.run.splitting import Splitting, decode_each
from models import reference
from models.graph import Array
from tests.end_to_end.harness import refresh_of, session
from tests.random_vit import random_inputs, random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

GRAPH = random_vit(7, blocks=2)
SOUND = random_inputs(7, 4, 12, 5)
ANSWERS = reference.logits(GRAPH, SOUND)
USUAL = float(np.median(np.abs(ANSWERS).max(axis=1)))


def evaluated(
    inputs: Array,
    folder: Path,
    parameters: ParameterSet = ROUND_TRIPS,
    told: Callable[[News], None] = lambda news: None,
) -> tuple[Evaluation, Array, Program]:
    """The evaluation of some samples in the simulator, their answers, and the program."""
    refresh = refresh_of("cleartext", parameters)
    program = plan(GRAPH, parameters, refresh)
    with session("cleartext", folder) as opened:
        opened.report = told
        parties = ProgramParties(opened, parameters)
        keys = parties.generate_keys(program, refresh.kind == "bootstrap").files
        parties.prepare(program, keys)
        batches = parties.encrypt(inputs, program).batches
        found = Splitting(parties, program, inputs, USUAL).evaluate(batches)
    answers = decode_each(program, program.output_layout, found.outputs, found.held)
    return found, answers.reshape(len(inputs), -1), program


def running_away(*numbers: int) -> Array:
    """The samples, some of them so large that the model's values outgrow any modulus."""
    inputs = SOUND.copy()
    inputs[list(numbers)] *= 40
    return inputs


def test_samples_that_stay_are_asked_once(tmp_path: Path) -> None:
    found, answers, _ = evaluated(SOUND, tmp_path)
    np.testing.assert_allclose(answers, ANSWERS, atol=1e-6)
    assert (list(found.again), found.encrypt_again_s) == ([], 0.0)


@pytest.mark.parametrize("parameters", [ROUND_TRIPS, BOOTSTRAPS], ids=["round_trips", "bootstraps"])
def test_the_others_of_a_spoiled_batch_have_their_answers(tmp_path: Path, parameters: ParameterSet) -> None:
    found, answers, program = evaluated(running_away(2), tmp_path, parameters)
    assert program.layout.samples == 4
    assert np.isnan(answers[2]).all()
    np.testing.assert_allclose(np.delete(answers, 2, axis=0), np.delete(ANSWERS, 2, axis=0), atol=1e-6)
    # in all: four, two and two, and the halves of the second two
    assert (list(found.held), len(found.measured), len(found.again)) == ([2, 1, 1], 5, 4)
    assert found.encrypt_again_s > 0


def test_batches_that_are_asked_again_are_counted_by_themselves(tmp_path: Path) -> None:
    told: list[News] = []
    evaluated(running_away(2), tmp_path, told=told.append)
    stages = [(news.name, news.batches) for news in told if isinstance(news, Stage) and news.batches]
    assert stages == [("evaluation", 1), ("evaluation of halves", 2), ("evaluation of halves", 2)]


def test_where_no_answer_stands_the_splitting_ends(tmp_path: Path) -> None:
    inputs = np.tile(running_away(0, 1, 2, 3), (2, 1, 1))
    found, answers, _ = evaluated(inputs, tmp_path)
    assert np.isnan(answers).all()
    assert len(found.measured) == 2 + 4 + 8


def test_a_batch_is_split_as_it_lies_among_others(tmp_path: Path) -> None:
    inputs = np.concatenate([SOUND, running_away(0), SOUND[:1]])
    found, answers, _ = evaluated(inputs, tmp_path)
    lost = np.isnan(answers).any(axis=1)
    assert lost.tolist() == [number == 4 for number in range(9)]
    expected = np.concatenate([ANSWERS, ANSWERS, ANSWERS[:1]])
    np.testing.assert_allclose(answers[~lost], expected[~lost], atol=1e-6)
    assert list(found.held) == [4, 1, 1, 2, 1]
