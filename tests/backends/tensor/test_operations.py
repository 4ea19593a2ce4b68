"""What the engine declares of every polynomial operation, and what it takes to add one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backends.conformance.graphs import Builder, samples
from backends.errors import PlanError
from backends.tensor.arrangement import Arrangement
from backends.tensor.operation import EncryptedOperation, Placement
from backends.tensor.operations import ENCRYPTED, encrypted
from models import reference
from models.graph import Graph, Node
from models.operations import OPERATIONS
from models.shapes import value_shapes
from tests.backends.evaluating import PARAMETERS, evaluated, planned
from tests.operations import NEGATE


def test_the_engine_has_every_polynomial_operation_and_no_other() -> None:
    assert ENCRYPTED.keys() == {name for name, operation in OPERATIONS.items() if operation.polynomial}


def scaled() -> Graph:
    build = Builder(1, 2, 4)
    build.add("scale", "input", factor=2.0)
    return build.graph()


def test_an_operation_that_the_engine_does_not_know_is_an_error_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = scaled()
    monkeypatch.delitem(ENCRYPTED, "scale")
    message = r"node scale1: the engine does not know 'scale'; it knows \['add', .*convert the model"
    for meet in (lambda: encrypted(graph["scale1"]), lambda: Arrangement(graph), lambda: planned(graph)):
        with pytest.raises(PlanError, match=message):
            meet()


def test_what_is_not_polynomial_is_not_known() -> None:
    with pytest.raises(PlanError, match="node y: the engine does not know 'gelu'"):
        encrypted(Node("y", "gelu", ("x",)))


def test_an_operation_is_added_by_its_declaration_and_the_engine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A negation, which no model has: run in the reference, told its shape, and run under encryption."""
    monkeypatch.setitem(OPERATIONS, NEGATE.name, NEGATE)
    monkeypatch.setitem(
        ENCRYPTED,
        NEGATE.name,
        EncryptedOperation(
            execute=lambda context, node, operands: operands[0].with_ciphertexts(
                [context.evaluator.negate(c) for c in operands[0].ciphertexts]
            ),
            depths=lambda node, operands: (0,),
            placement=Placement.OPERANDS,
        ),
    )
    build = Builder(1, 3, 4)
    mapped = build.linear("input", 4, 6)
    negated = build.add(NEGATE.name, mapped)
    build.linear(build.add("add", mapped, build.add("multiply", mapped, negated)), 6, 2)
    graph = build.graph()
    inputs = samples(graph, 2)
    expected = reference.run(graph, inputs)
    np.testing.assert_array_equal(expected[negated], -expected[mapped])
    assert value_shapes(graph)[negated] == (3, 6)
    values, _ = evaluated(graph, inputs, replace(PARAMETERS, log_n=12))
    np.testing.assert_allclose(values[negated], expected[negated], atol=1e-9)
    np.testing.assert_allclose(values[""], reference.outputs(graph, inputs), atol=1e-9)
