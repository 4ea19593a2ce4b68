"""Which instructions run by themselves: those beside which the other workers would have too little to do."""

from __future__ import annotations

from backends.alone import by_themselves
from backends.costs import Costs
from backends.program import Program
from backends.recorder import Recorder
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout
from tests.toy import BOOTSTRAPPING

REFRESH = Refresh("bootstrap", 4, 1)
VALUE = ValueLayout("features", (0,), BOOTSTRAPPING.slots)


def program(bootstraps: int, chain: int = 0) -> Program:
    """So many independent bootstraps, and a chain of rotations of the first one's result."""
    recorder = Recorder(REFRESH, Layout(features=BOOTSTRAPPING.slots, images=1, tokens=1))
    recorder.begin_layer("all")
    inputs = [recorder.input(4) for _ in range(bootstraps)]
    ends = [recorder.bootstrap(one) for one in inputs]
    for _ in range(chain):
        ends[0] = recorder.rotate(ends[0], 1)
    return recorder.finish(inputs, VALUE, ends, VALUE)


def alone(one: Program, workers: int = 2, encodings: float = 0.0) -> list[str]:
    """The operations that run by themselves."""
    prices = [encodings] * len(one.instructions)
    found = by_themselves(one, Costs(BOOTSTRAPPING).instruction, prices, workers)
    return [one.instructions[index].operation for index in sorted(found)]


def test_one_bootstrap_takes_all_threads_and_two_take_one_each() -> None:
    assert alone(program(1)) == ["bootstrap"]
    assert alone(program(2)) == []
    assert alone(program(3)) == ["bootstrap"]


def test_a_chain_takes_all_threads() -> None:
    assert alone(program(1, chain=5)) == ["bootstrap", *["rotate_many"] * 5]


def test_what_can_run_beside_constants_that_are_encoded_does() -> None:
    """The last one has nothing beside it."""
    assert alone(program(1, chain=5), encodings=1e6) == ["rotate_many"]


def test_one_worker_has_nothing_to_choose() -> None:
    assert alone(program(3), workers=1) == []
