"""Several instructions at once: the same numbers and counts as one after the other, and nothing hangs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.constants import Window, prepare
from backends.dispatch import LOOK_AHEAD, Workers
from backends.errors import ExecutionError
from backends.interface import Ciphertext
from backends.measured import Measured
from backends.parameters import ParameterSet
from backends.program import Program
from backends.recorder import Recorder
from backends.replay import replay
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout
from tests.backends.random_programs import random_program

PARAMETERS = ParameterSet(log_n=10, first_modulus_bits=50, scale_bits=40, depth=5, digits=6, security=0)
REFRESH = Refresh("round_trip", top=5, entry=0)


@dataclass
class Replayed:
    """What a replay did, in its order."""

    outputs: list[np.ndarray] = field(default_factory=list)
    key_owner: list[tuple[str, bytes]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    measured: Measured = field(default_factory=Measured)


def replayed(
    program: Program,
    workers: Workers,
    evaluator: CleartextEvaluator | None = None,
    ahead: Sequence[int] | None = None,
    window: Window | None = None,
) -> Replayed:
    evaluator = evaluator or CleartextEvaluator(PARAMETERS)
    done = Replayed()

    def round_trip(ciphertext: Ciphertext, level: int) -> Slots:
        assert isinstance(ciphertext, Slots)
        done.key_owner.append(("round trip", ciphertext.values.tobytes()))
        return replace(ciphertext, level=level)

    def show(name: str, ciphertexts: Sequence[Ciphertext]) -> None:
        done.key_owner.extend((name, one.values.tobytes()) for one in ciphertexts if isinstance(one, Slots))

    random = np.random.default_rng(0)
    outputs, done.measured = replay(
        program,
        evaluator,
        prepare(program, evaluator, ahead, window),
        [Slots(random.uniform(-1, 1, PARAMETERS.slots), level=REFRESH.top) for _ in program.inputs],
        round_trip,
        lambda probe, ciphertexts: show(probe.name, ciphertexts),
        lambda index, instruction, seconds: done.order.append(index),
        workers,
    )
    done.outputs = [output.values for output in outputs if isinstance(output, Slots)]
    return done


def made(seed: int) -> Program:
    return random_program(seed, PARAMETERS.slots, REFRESH)


@given(seed=st.integers(0, 10**6), count=st.integers(2, 4), room=st.integers(0, 8), data=st.data())
@settings(max_examples=30, deadline=None)
def test_workers_compute_the_same_as_one(seed: int, count: int, room: int, data: st.DataObject) -> None:
    program = made(seed)
    chosen = st.sets(st.sampled_from(range(len(program.instructions))))
    workers = Workers(count, alone=data.draw(chosen))
    ahead = [index for index, one in enumerate(program.plaintexts) if one.row is None]
    sizes = data.draw(
        st.lists(st.integers(1, 5), min_size=len(program.plaintexts), max_size=len(program.plaintexts))
    )
    window = Window(room, sizes)
    one, several = replayed(program, Workers()), replayed(program, workers, ahead=ahead, window=window)
    assert one.order == list(range(len(program.instructions)))
    assert sorted(several.order) == one.order
    assert all(map(np.array_equal, several.outputs, one.outputs))
    assert several.key_owner == one.key_owner
    assert several.measured.counts == one.measured.counts == program.counts
    assert executions(several.measured) == executions(one.measured)
    assert [stretch.layer for stretch in several.measured.course] == [
        stretch.layer for stretch in one.measured.course
    ]
    # A result may be told of when the first that is not done is as far behind it as may be, and no farther.
    behind = [index - next(i for i in range(index + 1) if i not in several.order[:at] or i == index)
              for at, index in enumerate(several.order)]  # fmt: skip
    assert max(behind) < LOOK_AHEAD


def executions(measured: Measured) -> dict[tuple[str, int], tuple[int, int]]:
    """How often each primitive ran, encodings apart, which need not be as many."""
    found = measured.primitives.items()
    return {key: (one.instructions, one.executions) for key, one in found if key[0] != "encode"}


class Watched(CleartextEvaluator):
    """Notes in which threads it computes, and how many instructions are under way when one begins."""

    def __init__(self, meet: threading.Barrier | None = None) -> None:
        super().__init__(PARAMETERS)
        self.threads: list[tuple[str, int]] = []
        self.begun: set[int] = set()
        self._meet = meet

    def one_thread(self) -> None:
        self.begun.add(threading.get_ident())

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        self.threads.append(("rotate", threading.get_ident()))
        if self._meet is not None:
            self._meet.wait(timeout=600)
        return super().rotate(a, step)


def rotations(count: int) -> Program:
    """So many rotations that do not depend on each other."""
    recorder = Recorder(REFRESH, Layout(features=PARAMETERS.slots, images=1, tokens=1))
    value = ValueLayout("features", (0,), PARAMETERS.slots)
    recorder.begin_layer("all")
    one = recorder.input(REFRESH.top)
    return recorder.finish([one], value, [recorder.rotate(one, 1 + i) for i in range(count)], value)


def test_independent_instructions_run_at_once_each_in_a_thread_that_was_told() -> None:
    evaluator = Watched(threading.Barrier(2))  # each waits for the other, so none passes alone
    replayed(rotations(6), Workers(2, evaluator.one_thread), evaluator)
    used = {thread for _, thread in evaluator.threads}
    assert len(used) == 2
    assert used == evaluator.begun
    assert threading.get_ident() not in used


def test_what_runs_alone_runs_in_the_calling_thread() -> None:
    evaluator, program = Watched(), rotations(6)
    replayed(program, Workers(2, evaluator.one_thread, alone=range(len(program.instructions))), evaluator)
    assert {thread for _, thread in evaluator.threads} == {threading.get_ident()}


class Failing(CleartextEvaluator):
    """Fails at its third rotation."""

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        if self.counts["rotations"] == 2:
            raise ExecutionError("the third rotation fails")
        return super().rotate(a, step)


class Skewed(CleartextEvaluator):
    """Leaves another level than the program says."""

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        return replace(super().rotate(a, step), level=2)


class Extravagant(CleartextEvaluator):
    """Executes one rotation too many."""

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        super().rotate(a, step)
        return super().rotate(a, step)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Failing, "the third rotation fails"),
        (Skewed, r"instruction \d+ \(rotate_many, layer all\) left level 2 in the library"),
        (Extravagant, "12 rotations instead of 6"),
    ],
)
def test_an_error_in_a_worker_is_told_and_no_thread_is_left(
    workers: int, kind: type[CleartextEvaluator], said: str
) -> None:
    before = threading.active_count()
    with pytest.raises(ExecutionError, match=said):
        replayed(rotations(6), Workers(workers), kind(PARAMETERS))
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_program_that_reads_what_nothing_made_does_not_hang(workers: int) -> None:
    program = rotations(3)
    torn = replace(program, instructions=(program.instructions[0], *program.instructions[2:]))
    torn = replace(torn, instructions=(*torn.instructions, replace(program.instructions[1], operands=(99,))))
    with pytest.raises(ExecutionError, match="instruction 3 reads what nothing made"):
        replayed(torn, Workers(workers))


def test_counts_are_exact_whichever_thread_counts() -> None:
    program = rotations(40)
    assert replayed(program, Workers(4)).measured.counts == Counter(program.counts)
