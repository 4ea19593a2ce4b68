"""Room for constants is shared out by what they take at a library, for the plan and the evaluator alike."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path

import pytest

from backends.cleartext.adapter import CleartextEvaluator, EncodedSlots
from backends.constants_room import WINDOW_SHARE, Room
from backends.costs import Costs
from backends.interface import Values
from backends.registry import get
from bench.parties.channel import Channel
from bench.parties.messages import Load, Prepare
from bench.parties.roles.evaluator import EvaluatorParty
from bench.run.prediction.prediction import CONSTANTS_SHARE, Prediction, predict
from bench.run.prediction.predictor import Predictor
from bench.run.prediction.work import Setting
from tests.backends.test_planner import PARAMETERS, ROUND_TRIPS, plan
from tests.random_vit import random_vit

PROGRAM = plan(random_vit(5, blocks=2), PARAMETERS, ROUND_TRIPS)
COSTS = Costs(PARAMETERS)
#: What a constant takes beside its primes.
BESIDE = 3
SIZES = [COSTS.constant_bytes(one, BESIDE) for one in PROGRAM.plaintexts]
ROOMS = [0, 20 * max(SIZES), sum(SIZES) - 1, sum(SIZES)]


@pytest.mark.parametrize("limit_bytes", ROOMS)
def test_those_used_most_often_are_ahead_as_far_as_there_is_room(limit_bytes: int) -> None:
    shared = Room(limit_bytes, BESIDE).shared(PROGRAM, COSTS)
    ahead = set(shared.ahead)
    assert shared.taken_bytes == sum(SIZES[one] for one in ahead) + shared.window.limit_bytes
    assert shared.taken_bytes <= limit_bytes
    assert ahead >= {index for index, constant in enumerate(PROGRAM.plaintexts) if constant.row is None}
    uses = Counter(index for instruction in PROGRAM.instructions for index in instruction.plaintexts)
    others = uses.keys() - ahead
    free = limit_bytes - shared.taken_bytes
    for other in others:
        assert SIZES[other] > free
        no_smaller = [one for one in ahead if SIZES[one] >= SIZES[other]]
        assert all(uses[one] >= uses[other] for one in no_smaller)


def test_all_are_ahead_and_no_window_is_kept_where_all_have_room() -> None:
    shared = Room(sum(SIZES), BESIDE).shared(PROGRAM, COSTS)
    assert shared.ahead == tuple(range(len(SIZES)))
    assert shared.window.limit_bytes == 0
    short = Room(sum(SIZES) - 1, BESIDE).shared(PROGRAM, COSTS)
    assert len(short.ahead) < len(SIZES)
    assert 0 < short.window.limit_bytes <= WINDOW_SHARE * sum(SIZES)


def test_what_a_library_keeps_beside_a_constant_takes_room() -> None:
    """Memory for all primes alone holds fewer constants where each is larger than its primes."""
    primes = sum(map(COSTS.constant_bytes, PROGRAM.plaintexts))
    alone, beside = (Room(primes, residues).shared(PROGRAM, COSTS) for residues in (0, BESIDE))
    assert len(alone.ahead) == len(SIZES)
    assert len(beside.ahead) < len(SIZES)
    assert beside.taken_bytes <= primes


class Noting(CleartextEvaluator):
    """Notes the levels of all that is encoded."""

    def __init__(self) -> None:
        super().__init__(PARAMETERS)
        self.levels: list[int] = []

    def encode(self, values: Values, level: int) -> EncodedSlots:
        self.levels.append(level)
        return super().encode(values, level)


@pytest.mark.parametrize("limit_bytes", ROOMS)
def test_the_evaluator_encodes_ahead_what_the_plan_counts(limit_bytes: int, tmp_path: Path) -> None:
    room = Room(limit_bytes, BESIDE)
    party = EvaluatorParty(tmp_path, Channel(StringIO(), StringIO()), "backends.cleartext.library:Cleartext")
    party.load(Load(PARAMETERS, ()))
    party.evaluator = noting = Noting()
    party.prepare(Prepare("program", PROGRAM.save(tmp_path, "program"), room))
    ahead = room.shared(PROGRAM, COSTS).ahead
    assert Counter(noting.levels) == Counter(PROGRAM.plaintexts[one].level for one in ahead)


@pytest.mark.parametrize("short_bytes", [0, 1, 10**7])
def test_a_plan_tells_no_more_memory_than_there_is(short_bytes: int) -> None:
    """OpenFHE keeps slot values beside each constant; its plan counts what they take in a limited memory."""
    backend = get("openfhe")
    where = Setting(PARAMETERS, backend.capabilities(PARAMETERS))

    def told(memory_bytes: int) -> Prediction:
        return predict(PROGRAM, 1, where, backend, Predictor(), memory_bytes)

    with_all = told(10**12).evaluator_bytes
    needed = with_all - told(10**12).constants_bytes
    memory = needed + int((with_all - needed) / CONSTANTS_SHARE) + 1
    assert told(memory).evaluator_bytes == with_all
    limited = told(memory - int(short_bytes / CONSTANTS_SHARE) - 2)
    assert limited.evaluator_bytes <= with_all - short_bytes
    assert limited.constants_bytes < with_all - needed
