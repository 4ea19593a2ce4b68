"""The guard after attention: hardly there for samples like those of training, a bound for the others."""

import numpy as np
import pytest

from models.checkpoint import load_graph
from models.conversion import ConversionSettings, finish, guard, to_polynomial
from models.data import digits
from models.errors import DivergenceError
from models.graph import Array, Graph
from models.reference import logits, run
from tests.models.committed import VIT_TINY

SETTINGS = ConversionSettings(attention_degree=8, mlp_degree=6, margin=1.3, value_size=1.0)
TIMES = 3.0


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_graph(VIT_TINY, "polynomial")


@pytest.fixture(scope="module")
def inputs() -> Array:
    return digits.training().inputs[:100]


def test_what_attention_mixes_is_bounded(graph: Graph, inputs: Array) -> None:
    guarded = guard(graph, inputs, TIMES)
    merged = [node.name for node in graph if node.operation == "merge_heads"]
    free, values = run(graph, inputs), run(guarded, 1.2 * inputs)
    assert merged
    for name in merged:
        bound = guarded[f"{name}.bounded"].attributes["bound"]
        largest = np.sort(np.abs(free[name]).reshape(len(inputs), -1).max(axis=1))
        assert bound == pytest.approx(TIMES * largest[-2])
        x = values[f"{name}.unbounded"]
        np.testing.assert_allclose(values[name], x * (1 - (x / bound) ** 2))
        inside = np.abs(x) <= bound
        assert np.abs(values[name][inside]).max() <= 0.385 * bound


def test_samples_like_those_of_training_answer_alike(graph: Graph, inputs: Array) -> None:
    finished = finish(guard(graph, inputs, TIMES), inputs, SETTINGS)
    held_out = digits.held_out().inputs
    before, after = logits(graph, held_out), logits(finished, held_out)
    assert np.mean(before.argmax(axis=1) == after.argmax(axis=1)) > 0.98


def test_its_factors_fold_away(graph: Graph, inputs: Array) -> None:
    finished = finish(guard(graph, inputs, TIMES), inputs, SETTINGS)
    np.testing.assert_allclose(
        logits(finished, inputs), logits(guard(graph, inputs, TIMES), inputs), atol=1e-8
    )
    assert not [node.name for node in finished if node.operation == "scale"]


def test_without_it_nothing_changes(graph: Graph, inputs: Array) -> None:
    assert guard(graph, inputs, None) is graph
    he_friendly = load_graph(VIT_TINY, "he_friendly")
    guarded = to_polynomial(he_friendly, inputs, SETTINGS.model_copy(update={"guard": TIMES}))
    added = len(guarded.nodes) - len(to_polynomial(he_friendly, inputs, SETTINGS).nodes)
    assert added == sum(node.operation == "merge_heads" for node in graph)


def test_values_that_are_no_numbers_are_refused(graph: Graph, inputs: Array) -> None:
    with pytest.raises(DivergenceError, match="mixes values up to"), np.errstate(all="ignore"):
        guard(graph, 1e200 * inputs, TIMES)
