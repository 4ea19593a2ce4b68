"""Each operation refuses operands that the contract forbids, in planned programs as in simulated ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from backends import contract
from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.contract import State
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator
from backends.recorder import Recorder
from backends.schedule import Refresh
from backends.tensor.layout import Layout
from tests.toy import BOOTSTRAPPING

FRESH = State(level=3)
SQUARED = State(level=3, product=True, polynomials=3)
PRODUCT = State(level=3, product=True)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (contract.added(PRODUCT, SQUARED), SQUARED),
        (contract.added_plain(FRESH, 3), FRESH),
        (contract.multiplied_plain(FRESH, 3), PRODUCT),
        (contract.multiplied_plain_sum([(FRESH, 3), (FRESH, 3)]), PRODUCT),
        (contract.multiplied(FRESH, FRESH), SQUARED),
        (contract.relinearised(SQUARED), PRODUCT),
        (contract.rescaled(PRODUCT), State(level=2)),
        (contract.dropped(FRESH, 1), State(level=1)),
        (contract.rotated(PRODUCT), PRODUCT),
        (contract.bootstrapped(State(level=1), 1, 8), State(level=8)),
    ],
)
def test_what_an_operation_leaves_behind(left: State, expected: State) -> None:
    assert left == expected


REFUSED: dict[str, Callable[[], object]] = {
    "operands of a sum differ": lambda: contract.added(FRESH, State(level=2)),
    "operands of a sum differ: level 3 and 3": lambda: contract.added(FRESH, PRODUCT),
    "operands differ in level: 3 and 2": lambda: contract.added_plain(FRESH, 2),
    "operands differ in level: 2 and 3": lambda: contract.multiplied(FRESH, State(level=2)),
    "an operand is a product": lambda: contract.multiplied(FRESH, PRODUCT),
    "an operand is a product; ": lambda: contract.multiplied_plain(SQUARED, 3),
    "two polynomials cannot be relinearised": lambda: contract.relinearised(PRODUCT),
    "only a product of two polynomials": lambda: contract.rescaled(SQUARED),
    "only a product of two polynomials can": lambda: contract.rescaled(FRESH),
    "no level left": lambda: contract.rescaled(State(level=0, product=True)),
    "cannot drop to level 3": lambda: contract.dropped(FRESH, 3),
    "cannot drop to level -1": lambda: contract.dropped(FRESH, -1),
    "a product at level 3 cannot drop": lambda: contract.dropped(PRODUCT, 1),
    "three polynomials cannot be rotated": lambda: contract.rotated(SQUARED),
    "at level 0 cannot be bootstrapped": lambda: contract.bootstrapped(State(level=0), 1, 8),
    "a product at level 3 cannot be bootstrapped": lambda: contract.bootstrapped(PRODUCT, 1, 8),
    "not finite": lambda: contract.finite(float("nan")),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_the_contract_forbids_is_refused(reason: str) -> None:
    with pytest.raises(ExecutionError, match=reason):
        REFUSED[reason]()


@dataclass
class Foreign(Ciphertext):
    """A ciphertext of another evaluator."""


def evaluators() -> list[tuple[Evaluator, Ciphertext]]:
    """The evaluators of this project that compute without a library, each with a ciphertext at level 1."""
    recorder = Recorder(Refresh("bootstrap", top=4, entry=1), Layout(1, BOOTSTRAPPING.slots, 1))
    simulator = CleartextEvaluator(BOOTSTRAPPING)
    return [(recorder, recorder.input(1)), (simulator, Slots(np.zeros(BOOTSTRAPPING.slots), level=1))]


@pytest.mark.parametrize(("evaluator", "x"), evaluators(), ids=["recorder", "simulator"])
def test_planning_and_simulating_apply_it_alike(evaluator: Evaluator, x: Ciphertext) -> None:
    raised = evaluator.bootstrap(x)
    assert evaluator.level(raised) == 4
    for forbidden in (
        lambda: evaluator.add(x, raised),
        lambda: evaluator.rescale(x),
        lambda: evaluator.rotate(evaluator.multiply(x, x), 1),
        lambda: evaluator.bootstrap(evaluator.drop(x, 0)),
        lambda: evaluator.add_plain(x, evaluator.encode(0.5, 2)),
        lambda: evaluator.encode(float("inf"), 1),
        lambda: evaluator.negate(Foreign()),
    ):
        with pytest.raises(ExecutionError):
            forbidden()
