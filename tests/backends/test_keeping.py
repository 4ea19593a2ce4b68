"""A replay that is kept and taken up again by another evaluator: the same numbers, counts and course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.boundaries import FEW, boundaries
from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.constants import Window, prepare
from backends.dispatch import Workers
from backends.errors import ExecutionError
from backends.interface import Ciphertext
from backends.measured import Measured, Span, measure
from backends.planner import plan
from backends.primitives import primitive
from backends.program import Program
from backends.replay import Kept, replay
from tests.backends.test_dispatch import PARAMETERS, REFRESH, made
from tests.end_to_end.harness import refresh_of
from tests.random_vit import random_vit
from tests.toy import BOOTSTRAPS


@dataclass
class Often:
    """Keeps a replay whenever it can be kept."""

    kept: list[Kept] = field(default_factory=list)

    def due(self) -> bool:
        return True

    def keep(self, kept: Kept) -> None:
        self.kept.append(kept)


@dataclass
class Replayed:
    """What a replay did, from where it began."""

    outputs: list[np.ndarray]
    measured: Measured
    shown: list[bytes]
    order: list[int]


def replayed(
    program: Program, workers: Workers, keeping: Often | None = None, kept: Kept | None = None
) -> Replayed:
    evaluator, random = CleartextEvaluator(PARAMETERS), np.random.default_rng(0)
    shown: list[bytes] = []
    order: list[int] = []

    def show(_: object, ciphertexts: Sequence[Ciphertext]) -> None:
        shown.extend(one.values.tobytes() for one in ciphertexts if isinstance(one, Slots))

    def round_trip(ciphertext: Ciphertext, level: int) -> Slots:
        assert isinstance(ciphertext, Slots)
        return replace(ciphertext, level=level)

    outputs, measured = replay(
        program,
        evaluator,
        prepare(program, evaluator, (), Window(3, [1] * len(program.plaintexts))),
        [Slots(random.uniform(-1, 1, PARAMETERS.slots), level=REFRESH.top) for _ in program.inputs],
        round_trip,
        show,
        lambda index, instruction, seconds: order.append(index),
        workers,
        keeping,
        kept,
    )
    return Replayed([one.values for one in outputs if isinstance(one, Slots)], measured, shown, order)


@given(seed=st.integers(0, 10**6), count=st.integers(1, 3), data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_replay_goes_on_where_it_was_kept(seed: int, count: int, data: st.DataObject) -> None:
    program, often = made(seed), Often()
    whole = replayed(program, Workers())
    watched = replayed(program, Workers(count), often)
    assert all(map(np.array_equal, watched.outputs, whole.outputs))
    if not often.kept:
        return
    kept = data.draw(st.sampled_from(often.kept))
    rest = replayed(program, Workers(count), kept=kept)
    assert all(map(np.array_equal, rest.outputs, whole.outputs))
    assert rest.measured.counts == whole.measured.counts == program.counts
    assert sorted(rest.order) == list(range(kept.boundary, len(program.instructions)))
    assert rest.shown == whole.shown[len(whole.shown) - len(rest.shown) :]
    assert _executions(rest.measured) == _executions(whole.measured)
    assert [one.layer for one in rest.measured.course] == [one.layer for one in whole.measured.course]


def _executions(measured: Measured) -> dict[tuple[str, int], tuple[int, int]]:
    return {
        place: (one.instructions, one.executions)
        for place, one in measured.primitives.items()
        if place[0] != "encode"
    }


def test_being_kept_is_no_time_of_the_evaluation() -> None:
    program = made(0)
    computed = [i for i, one in enumerate(program.instructions) if primitive(one.operation).counted]
    spans = [Span(index, None, 2.0 * at, 2.0 * at + 1.0) for at, index in enumerate(computed)]
    pauses = [
        Span(computed[-1], None, 2.0 * at + 1.25, 2.0 * at + 2.0, pause=True)
        for at in range(len(computed) - 1)
    ]
    without, kept = measure(program, spans, 0.0), measure(program, [*spans, *pauses], 0.0)
    assert without.seconds == 2.0 * len(computed) - 1.0  # the second between two spans goes with the next
    assert kept.seconds == len(computed)
    assert kept.counts == without.counts
    assert [one.layer for one in kept.course] == [one.layer for one in without.course]


def test_a_model_is_kept_between_layers_and_where_little_is_alive() -> None:
    program = plan(random_vit(7, blocks=1), BOOTSTRAPS, refresh_of("cleartext", BOOTSTRAPS))
    found = boundaries(program)
    begins = {
        index
        for index, (one, other) in enumerate(
            zip(program.instructions, program.instructions[1:], strict=False), start=1
        )
        if one.layer != other.layer
    }
    assert begins <= found.keys()
    assert all(len(alive) <= FEW for index, alive in found.items() if index not in begins)
    for index, alive in found.items():
        made_before = {name for one in program.instructions[:index] for name in one.results}
        read_after = {name for one in program.instructions[index:] for name in one.operands}
        assert set(alive) == made_before & (read_after | set(program.outputs))


def test_a_kept_ciphertext_of_another_level_is_refused() -> None:
    program, often = next(
        (program, often)
        for seed in range(100)
        for program, often in [(made(seed), Often())]
        if replayed(program, Workers(), often) and any(kept.values for kept in often.kept)
    )
    kept = next(one for one in often.kept if one.values)
    name, value = next(iter(kept.values.items()))
    assert isinstance(value, Slots)
    wrong = replace(kept, values={**kept.values, name: replace(value, level=value.level + 1)})
    with pytest.raises(ExecutionError, match=r"ciphertext \d+ that was kept left level"):
        replayed(program, Workers(), kept=wrong)
