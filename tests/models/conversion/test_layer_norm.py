"""LayerNorm through a polynomial of its variance, and RMSNorm of its mean square."""

from dataclasses import replace

import numpy as np
import pytest

from models.approximation.series import series
from models.conversion import ConversionSettings, calibrate, fold, substitute
from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.reference import run

TOKENS, WIDTH, EPSILON = 5, 8, 1e-2
RANDOM = np.random.default_rng(2)


@pytest.fixture
def inputs() -> Array:
    """Tokens whose variances differ by a factor of about 100."""
    sizes = RANDOM.uniform(0.1, 1, (200, TOKENS, 1))
    return sizes * RANDOM.normal(size=(200, TOKENS, WIDTH)) + RANDOM.normal(size=(200, TOKENS, 1))


def normed() -> Graph:
    """A linear map, LayerNorm, a linear map."""

    def linear(name: str, source: str) -> Node:
        arrays = {"weight": RANDOM.normal(size=(WIDTH, WIDTH)) / 3, "bias": RANDOM.normal(size=WIDTH)}
        return Node(name, "linear", (source,), arrays=arrays)

    arrays = {"scale": RANDOM.uniform(0.5, 2, WIDTH), "shift": RANDOM.normal(size=WIDTH)}
    nodes = (
        Node("x", "input", attributes={"tokens": TOKENS, "features": WIDTH}),
        linear("a", "x"),
        Node("norm", "layer_norm", ("a",), {"epsilon": EPSILON}, arrays, "layer"),
        linear("b", "norm"),
    )
    return Graph("g", nodes, "b")


def settings(**layer_norm: float) -> ConversionSettings:
    given = {"attention_degree": 4, "mlp_degree": 4, "margin": 1.0, "value_size": 1.0}
    return ConversionSettings.model_validate(given | ({"layer_norm": layer_norm} if layer_norm else {}))


def test_its_range_is_that_of_the_variance(inputs: Array) -> None:
    graph = normed()
    variances = run(graph, inputs)["a"].var(axis=-1)
    assert calibrate(graph, inputs)["norm"] == pytest.approx((variances.min(), variances.max()))


@pytest.mark.parametrize("aim", [{"depth": 4}, {"depth": 6}, {"error": 1e-3}])
def test_it_is_as_near_as_its_approximation(aim: dict[str, float], inputs: Array) -> None:
    """Relative errors of 1/√ are those of the normalised value, whatever its size."""
    graph = normed()
    found = substitute(graph, calibrate(graph, inputs), settings(**aim, margin=1.5))
    values, shift = run(found, inputs, check_intervals=True), graph["norm"].arrays["shift"]
    (error,) = {node.attributes["error"] for node in found if node.operation == "polynomial"}
    exact = run(graph, inputs)["norm"] - shift
    assert np.abs(values["norm.inverse"]).max() < 1.1
    assert error <= aim.get("error", 0.1)
    assert np.abs((values["norm"] - shift) / exact - 1).max() <= error * 1.001 + 1e-9


def test_its_interval_has_the_margin_on_both_sides(inputs: Array) -> None:
    graph = normed()
    low, high = calibrate(graph, inputs)["norm"]
    found = substitute(graph, {"norm": (low, high)}, settings(depth=3, margin=4.0))
    assert found["norm.inverse"].attributes["bounds"] == pytest.approx(
        [low / 4 + EPSILON, high * 4 + EPSILON]
    )
    assert found["norm.inverse"].layer == "layer"


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_folded_it_takes_one_level_before_the_square_and_one_after_the_approximation(
    depth: int, inputs: Array
) -> None:
    graph = normed()
    folded = fold(substitute(graph, calibrate(graph, inputs), settings(depth=depth)))
    x = inputs[:20]
    unfolded = run(substitute(graph, calibrate(graph, inputs), settings(depth=depth)), x)
    np.testing.assert_allclose(run(folded, x)["b"], unfolded["b"], atol=1e-9)
    # The linear map before takes in the mean and its factor: from x to b there are that map, the square, the
    # approximation, the product with 1/√, and the linear map after.
    assert levels(folded) == 1 + 1 + depth + 1 + 1


def without_mean() -> Graph:
    """The same with RMSNorm, which has no shift."""
    graph = normed()
    arrays = {"scale": graph["norm"].arrays["scale"]}
    norm = replace(graph["norm"], operation="rms_norm", arrays=arrays)
    return replace(graph, nodes=tuple(norm if node.name == "norm" else node for node in graph))


@pytest.mark.parametrize("aim", [{"depth": 5}, {"error": 1e-3}])
def test_rms_norm_is_the_same_of_the_mean_square(aim: dict[str, float], inputs: Array) -> None:
    graph = without_mean()
    squares = (run(graph, inputs)["a"] ** 2).mean(axis=-1)
    ranges = calibrate(graph, inputs)
    assert ranges["norm"] == pytest.approx((squares.min(), squares.max()))
    found = substitute(graph, ranges, settings(**aim, margin=1.5))
    assert not found.not_polynomial()
    values = run(found, inputs, check_intervals=True)
    (error,) = {node.attributes["error"] for node in found if node.operation == "polynomial"}
    assert np.abs(values["norm"] / run(graph, inputs)["norm"] - 1).max() <= error * 1.001 + 1e-9
    np.testing.assert_allclose(run(fold(found), inputs[:20])["b"], values["b"][:20], atol=1e-9)


def test_it_is_refused_without_settings(inputs: Array) -> None:
    graph = normed()
    with pytest.raises(ModelError, match="node norm: the conversion does not say how LayerNorm"):
        substitute(graph, calibrate(graph, inputs), settings())


def levels(graph: Graph) -> int:
    """Levels on the deepest way to the output."""
    depths: dict[str, int] = {}
    for node in graph:
        own = int(node.operation in ("linear", "scale", "multiply", "affine"))
        if node.operation == "polynomial":
            coefficients, attributes = node.arrays["coefficients"], node.attributes
            own = series(coefficients, attributes["basis"], attributes["interval"]).depth
        depths[node.name] = own + max((depths[name] for name in node.inputs), default=0)
    return depths[graph.output]


def test_newton_steps_read_the_variance_with_epsilon(inputs: Array) -> None:
    """A wide interval, which a polynomial and steps reach in fewer levels than a polynomial alone."""
    graph = normed()
    found = substitute(graph, {"norm": (0.0, 500.0)}, settings(depth=10))
    assert any(node.name.startswith("norm.inverse.stage") for node in found)
    (error,) = {node.attributes["error"] for node in found if node.operation == "polynomial"}
    shift = graph["norm"].arrays["shift"]
    ratios = (run(found, inputs)["norm"] - shift) / (run(graph, inputs)["norm"] - shift)
    assert np.abs(ratios - 1).max() <= error * 1.001 + 1e-9
    folded = fold(found)
    np.testing.assert_allclose(run(folded, inputs)["b"], run(found, inputs)["b"], atol=1e-9)
    assert levels(folded) == 1 + 1 + 10 + 1 + 1
