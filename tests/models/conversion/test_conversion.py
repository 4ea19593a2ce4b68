"""From a HE-friendly graph to a polynomial one, on the committed model and on small ones."""

import numpy as np
import pytest

from models.checkpoint import load_graph
from models.conversion import (
    ConversionSettings,
    calibrate,
    condition,
    fold,
    freeze,
    round_weights,
    substitute,
    to_polynomial,
)
from models.data import digits
from models.errors import ModelError
from models.graph import Array, Graph
from models.reference import logits, run
from tests.models.committed import VIT_TINY

SETTINGS = ConversionSettings(attention_degree=8, mlp_degree=6, margin=1.3, value_size=1.0)


@pytest.fixture(scope="module")
def he_friendly() -> Graph:
    return freeze(load_graph(VIT_TINY, "he_friendly"))


@pytest.fixture(scope="module")
def inputs() -> Array:
    return digits.training().inputs[:200]


def test_intervals_are_the_margin_times_what_training_inputs_reach(he_friendly: Graph, inputs: Array) -> None:
    met = calibrate(he_friendly, inputs)
    substituted = substitute(he_friendly, met, SETTINGS)
    assert len(met) == 4
    for name, (low, high) in met.items():
        node = substituted[name]
        assert node.attributes["bound"] == pytest.approx(1.3 * max(-low, high))
        assert len(node.arrays["coefficients"]) == (9 if "attention" in name else 7)
        assert abs(node.arrays["coefficients"][-1]) == 1
    run(substituted, inputs, check_intervals=True)


def test_folding_and_conditioning_keep_the_substituted_function(he_friendly: Graph, inputs: Array) -> None:
    substituted = substitute(he_friendly, calibrate(he_friendly, inputs), SETTINGS)
    expected = logits(substituted, inputs)
    conditioned = condition(fold(substituted), inputs, SETTINGS.value_size)
    np.testing.assert_allclose(logits(conditioned, inputs), expected, atol=1e-9)
    rounded = round_weights(conditioned)
    np.testing.assert_allclose(logits(rounded, inputs), expected, atol=1e-4)


def test_values_that_are_refreshed_are_of_the_size_asked_for(he_friendly: Graph, inputs: Array) -> None:
    converted = to_polynomial(he_friendly, inputs, replace_size(2.0))
    largest = {name: np.abs(value).max() for name, value in run(converted, inputs).items()}
    stream = [node.name for node in converted if node.operation == "add"]
    assert max(largest[name] for name in ("embedding", *stream)) == pytest.approx(2, rel=1e-5)
    for node in converted:
        if node.operation == "merge_heads":
            assert largest[node.name] == pytest.approx(2, rel=1e-5)
        if node.operation == "scores":
            q, k = node.inputs
            assert largest[q] == pytest.approx(largest[k], rel=1e-5)


def test_the_residual_stream_is_centred(he_friendly: Graph, inputs: Array) -> None:
    values = run(to_polynomial(he_friendly, inputs, SETTINGS), inputs)
    for name in ("embedding", "blocks.0.attention.residual", "blocks.1.mlp.residual"):
        assert np.abs(values[name].mean(axis=0)).max() < 1e-5


def test_an_activation_without_polynomial_form_is_refused(inputs: Array) -> None:
    original = load_graph(VIT_TINY, "original")
    with pytest.raises(ModelError, match=r"blocks\.0\.attention\.activation.* become polynomial"):
        to_polynomial(original, inputs, SETTINGS)


def replace_size(size: float) -> ConversionSettings:
    return SETTINGS.model_copy(update={"value_size": size})
