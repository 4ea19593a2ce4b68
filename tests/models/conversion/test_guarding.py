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


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_what_attention_mixes_is_bounded(graph: Graph, inputs: Array, steps: int) -> None:
    guarded = guard(graph, inputs, TIMES, steps)
    merged = [node.name for node in graph if node.operation == "merge_heads"]
    free, values = run(graph, inputs), run(guarded, 1.2 * inputs)
    assert merged
    for name in merged:
        widths = _widths(free[name], steps)
        assert guarded[f"{name}.bounded"].attributes["bound"] == pytest.approx(widths[0])
        x = expected = values[f"{name}.unbounded"]
        for width in widths:
            expected = expected * (1 - (expected / width) ** 2)
        np.testing.assert_allclose(values[name], expected)
        inside = np.abs(x) <= widths[0]
        assert np.abs(values[name][inside]).max() <= 0.385 * widths[-1]


def _widths(mixed: Array, steps: int) -> list[float]:
    """Of each cubic, the widest first, by what an attention mixes: each fills the width of the next."""
    largest = np.sort(np.abs(mixed).reshape(len(mixed), -1).max(axis=1))[-2]
    return [float(TIMES * largest * (1.5 * 3**0.5) ** step) for step in reversed(range(steps))]


def test_each_step_makes_it_hold_farther(graph: Graph, inputs: Array) -> None:
    name = next(node.name for node in graph if node.operation == "merge_heads")
    narrow = 0.5  # some values lie between the width of one cubic and that of the next
    width = guard(graph, inputs, narrow)[f"{name}.bounded"].attributes["bound"]
    largest = [np.abs(run(guard(graph, inputs, narrow, steps), inputs)[name]).max() for steps in (1, 2)]
    assert largest[0] > width
    assert largest[1] <= 0.385 * width


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
    unguarded = len(to_polynomial(he_friendly, inputs, SETTINGS).nodes)
    attentions = sum(node.operation == "merge_heads" for node in graph)
    for steps in (1, 2):
        settings = SETTINGS.model_copy(update={"guard": TIMES, "guard_steps": steps})
        assert len(to_polynomial(he_friendly, inputs, settings).nodes) - unguarded == steps * attentions


def test_values_that_are_no_numbers_are_refused(graph: Graph, inputs: Array) -> None:
    with pytest.raises(DivergenceError, match="mixes values up to"), np.errstate(all="ignore"):
        guard(graph, 1e200 * inputs, TIMES)
