"""Every primitive is declared once: at the evaluator, in counts, costs and records."""

from __future__ import annotations

import inspect
from collections import defaultdict

import pytest

from backends.costs import Costs
from backends.errors import ExecutionError
from backends.interface import Evaluator
from backends.primitives import COUNTED, Cost, Primitive, cost, primitive
from backends.program import Instruction, primitives
from tests.toy import PORTABLE

#: Programs alone have these: the key owner does them, or nobody does.
NOT_AT_AN_EVALUATOR = {Primitive.INPUT, Primitive.PROBE, Primitive.ROUND_TRIP}
#: The evaluator's other methods: they compute nothing on ciphertexts, or are another way to say `encode`.
NOT_PRIMITIVES = {
    "count",
    "encode_columns",
    "encode_named",
    "level",
    "load_keys",
    "one_thread",
    "read",
    "write",
}


def test_primitives_are_the_methods_of_an_evaluator() -> None:
    methods = {
        name for name, _ in inspect.getmembers(Evaluator, inspect.isfunction) if not name.startswith("_")
    }
    declared = {one.operation for one in Primitive if one not in NOT_AT_AN_EVALUATOR}
    assert declared == methods - NOT_PRIMITIVES


def test_what_is_counted_under_one_name_costs_the_same() -> None:
    costs: dict[str, set[Cost]] = defaultdict(set)
    for one in Primitive:
        if one.counted:
            costs[one.counted].add(one.cost)
    assert all(len(found) == 1 for found in costs.values())
    assert set(costs) == {*COUNTED, "encodings", "round_trips"}
    assert all(found != {Cost()} for found in costs.values())


@pytest.mark.parametrize("name", ["roations", "", "rotate"])
def test_an_unknown_count_has_no_cost(name: str) -> None:
    with pytest.raises(ExecutionError, match="no primitive is counted under"):
        cost(name)
    with pytest.raises(ExecutionError, match="no primitive is counted under"):
        Costs(PORTABLE).primitive(name, 2)


def test_an_unknown_operation_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="unknown operation 'rotat'"):
        primitive("rotat")
    with pytest.raises(ExecutionError, match="unknown operation 'rotat'"):
        primitives(Instruction("rotat", (1,), (0,)))


@pytest.mark.parametrize(
    ("instruction", "counts"),
    [
        (Instruction("input", (0,)), {}),
        (Instruction("probe", (), (0, 1)), {}),
        (Instruction("drop", (1,), (0,)), {"drops": 1}),
        (Instruction("round_trip", (1,), (0,)), {"round_trips": 1}),
        (Instruction("rotate_many", (1, 2, 3), (0,), steps=(0, 1, 2)), {"rotations": 2}),
        (Instruction("rotate_sum", (3,), (0, 1, 2), steps=(0, 1, 2)), {"rotations": 2, "additions": 2}),
        (Instruction("multiply_plain_sum", (3,), (0, 1, 2), (0, 1, 2)), {"ct_pt": 3, "additions": 2}),
        (Instruction("multiply_sum", (4,), (0, 1, 2, 3)), {"ct_ct": 2, "additions": 1}),
    ],
)
def test_an_instruction_counts_what_it_executes(instruction: Instruction, counts: dict[str, int]) -> None:
    assert primitives(instruction) == counts


def test_compounds_have_the_names_that_records_have() -> None:
    names = {one.operation: one.recorded for one in Primitive if one.operation != one.recorded}
    assert names == {
        "rotate_many": "rotate",
        "multiply_plain_sum": "multiply_plain",
        "multiply_sum": "multiply",
    }
