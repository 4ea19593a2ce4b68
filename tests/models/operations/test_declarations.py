"""Every operation says what models need of it, and an unknown one is an error wherever it is met."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from backends.conformance.graphs import MODELS, samples
from models import checkpoint, reference
from models.conversion import fold, round_weights
from models.conversion.rescaling import rescaled
from models.conversion.rewriting import Rewriting
from models.conversion.streams import residual_streams
from models.errors import ModelError
from models.graph import Graph, Node
from models.operations import OPERATIONS, Operation, declared
from models.operations.operation import Form
from models.shapes import heads_side_by_side, value_shapes, values_declared

INPUT = Node("x", "input", attributes={"tokens": 2, "features": 4})


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_a_declaration_holds_together(operation: Operation) -> None:
    assert declared(operation.name) is operation
    assert operation.meaning
    assert set(operation.offsets) <= set(operation.arrays)
    assert operation.factor_moves_to is None or operation.factor_moves_to < min(operation.inputs)


@pytest.mark.parametrize("name", MODELS)
def test_declared_shapes_are_those_of_the_reference(name: str) -> None:
    """The models together have every polynomial operation, see tests/backends/test_engine.py."""
    graph = MODELS[name]()
    found = reference.run(graph, samples(graph, 2))
    assert {one: value.shape[1:] for one, value in found.items()} == value_shapes(graph)


@pytest.mark.parametrize("name", MODELS)
def test_a_replicated_value_has_equal_features(name: str) -> None:
    graph = MODELS[name]()
    found = reference.run(graph, samples(graph, 2))
    forms = {one: value.form for one, value in values_declared(graph).items()}
    for one in [one for one, form in forms.items() if form is Form.REPLICATED]:
        assert np.ptp(found[one], axis=-1).max() < 1e-12 * np.abs(found[one]).max()


def test_heads_lie_side_by_side_and_scores_as_they_are() -> None:
    heads = Node("h", "split_heads", ("x",), {"heads": 2})
    doubled = Node("d", "add", ("h", "h"))
    graph = Graph("g", (INPUT, heads, doubled, Node("s", "scores", ("h", "d"))), "s")
    x = np.arange(16.0).reshape(2, 2, 4)
    values = reference.run(graph, x)
    told = heads_side_by_side(graph, values)
    np.testing.assert_array_equal(told["h"], x)
    np.testing.assert_array_equal(told["d"], 2 * x)
    assert told["s"].shape == (2, 2, 2, 2)


def _meets(node: Node) -> list[Callable[[], object]]:
    """Whatever of models meets a node whose operation was taken away since the graph was made."""
    graph = Graph("g", (INPUT, node), node.name)
    return [
        lambda: Graph("g", (INPUT, node), node.name),
        lambda: reference.run(graph, np.ones((1, 2, 4))),
        lambda: value_shapes(graph),
        lambda: graph.not_polynomial(),
        lambda: checkpoint.graph_digest(graph),
        lambda: round_weights(graph),
        lambda: rescaled(graph, []),
        lambda: residual_streams(graph),
        lambda: Rewriting.of(graph).values,
        lambda: fold(graph),
    ]


def test_an_unknown_operation_is_an_error_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    meets = _meets(Node("y", "scale", ("x",), {"factor": 2.0}))
    monkeypatch.delitem(OPERATIONS, "scale")
    for meet in meets:
        with pytest.raises(ModelError, match=r"'scale' is not an operation of the graph; use one of \['add'"):
            meet()


def test_parties_load_graphs_where_numpy_and_safetensors_are_all_there_is() -> None:
    absent = ("scipy", "threadpoolctl", "pydantic", "yaml", "torch")
    script = f"import sys; sys.modules.update(dict.fromkeys({absent}, None)); import models.checkpoint"
    subprocess.run([sys.executable, "-c", script], check=True)
