"""The reference against formulas written out once more, and known values."""

from typing import ClassVar

import numpy as np
import pytest
from numpy.polynomial.polynomial import polyval
from threadpoolctl import threadpool_info

from models.errors import IntervalError, ModelError
from models.graph import Graph, Node
from models.operations.activations import gelu, gelu_by_tanh
from models.reference import departures, logits, ranges, run
from models.reference import evaluate as evaluate_node

SAMPLES, TOKENS, FEATURES, HEADS = 3, 4, 6, 2
RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(SAMPLES, TOKENS, FEATURES))
INPUT = Node("x", "input", attributes={"tokens": TOKENS, "features": FEATURES})


def evaluate(*nodes: Node) -> np.ndarray:
    return run(Graph("g", (INPUT, *nodes), nodes[-1].name), X)[nodes[-1].name]


def heads(name: str, source: str = "x") -> Node:
    return Node(name, "split_heads", (source,), {"heads": HEADS})


def test_linear_has_a_bias_per_feature_or_per_token() -> None:
    weight = RANDOM.normal(size=(5, FEATURES))
    for bias in (RANDOM.normal(size=5), RANDOM.normal(size=(TOKENS, 5))):
        result = evaluate(Node("y", "linear", ("x",), arrays={"weight": weight, "bias": bias}))
        np.testing.assert_allclose(result, np.einsum("stf,of->sto", X, weight) + bias, atol=1e-12)


class Watched(np.ndarray):
    """Notes, at every product of matrices that it is in, its axes and the threads of that product."""

    met: ClassVar[list[tuple[int, set[int]]]] = []

    def __array_ufunc__(self, ufunc, method, *operands, **options):
        if ufunc is np.matmul:
            # Not that of scipy, which another test may have loaded and no product of numpy uses.
            pools = [pool for pool in threadpool_info() if "numpy" in pool["filepath"]]
            threads = {pool["num_threads"] for pool in pools if pool["user_api"] == "blas"}
            self.met.append((operands[0].ndim, threads))
        return getattr(ufunc, method)(*(np.asarray(one) for one in operands), **options)


def test_a_linear_map_of_many_samples_is_one_product_on_one_thread() -> None:
    weight, Watched.met = RANDOM.normal(size=(5, FEATURES)), []
    node = Node("y", "linear", ("x",), arrays={"weight": weight, "bias": np.zeros(5)})
    evaluate_node(node, [X.view(Watched)])
    assert Watched.met == [(2, {1})]


def test_attention_by_heads_is_attention_of_each_slice() -> None:
    result = evaluate(
        heads("h"),
        Node("s", "scores", ("h", "h")),
        Node("m", "mix", ("s", "h")),
        Node("y", "merge_heads", ("m",)),
    )
    width = FEATURES // HEADS
    for head in range(HEADS):
        part = X[:, :, head * width : (head + 1) * width]
        scores = np.einsum("sif,sjf->sij", part, part)
        expected = np.einsum("sij,sjf->sif", scores, part)
        np.testing.assert_allclose(result[:, :, head * width : (head + 1) * width], expected, atol=1e-12)


def test_elementwise_operations() -> None:
    scale, shift = RANDOM.normal(size=(2, FEATURES))
    arrays = {"scale": scale, "shift": shift}
    np.testing.assert_array_equal(evaluate(Node("y", "affine", ("x",), arrays=arrays)), X * scale + shift)
    np.testing.assert_array_equal(evaluate(Node("y", "scale", ("x",), {"factor": 3.0})), 3 * X)
    np.testing.assert_array_equal(evaluate(Node("y", "add", ("x", "x"))), X + X)
    np.testing.assert_array_equal(evaluate(Node("y", "multiply", ("x", "x"))), X * X)
    np.testing.assert_array_equal(evaluate(Node("y", "relu", ("x",))), np.where(X > 0, X, 0))
    tanh = (np.exp(2 * X) - 1) / (np.exp(2 * X) + 1)
    np.testing.assert_allclose(evaluate(Node("y", "tanh", ("x",))), tanh, atol=1e-12)
    np.testing.assert_allclose(evaluate(Node("y", "sum_tokens", ("x",)))[:, 0], X.sum(1), atol=1e-12)


def test_softmax_survives_large_scores_and_layer_norm_normalises() -> None:
    large = Node("large", "scale", ("x",), {"factor": 1e4})
    weights = evaluate(large, Node("y", "softmax", ("large",)))
    np.testing.assert_allclose(weights.sum(-1), 1)
    assert np.array_equal(weights.argmax(-1), X.argmax(-1))
    arrays = {"scale": np.full(FEATURES, 2.0), "shift": np.ones(FEATURES)}
    normal = evaluate(Node("y", "layer_norm", ("x",), {"epsilon": 0.0}, arrays))
    np.testing.assert_allclose(normal.mean(-1), 1, atol=1e-12)
    np.testing.assert_allclose(normal.std(-1), 2, atol=1e-12)


def test_gelu_by_tanh_is_near_the_exact_one_and_not_it() -> None:
    near = evaluate(Node("y", "gelu", ("x",), {"form": "tanh"}))
    difference = np.abs(near - gelu(X)).max()
    assert 1e-6 < difference < 5e-4
    np.testing.assert_allclose(gelu_by_tanh(np.array([-1.0, 0.0, 1.0])), [-0.158808, 0, 0.841192], atol=1e-6)


def test_gelu_has_its_known_values() -> None:
    # x·Φ(x), Φ from tables of the normal distribution
    np.testing.assert_allclose(
        gelu(np.array([-1.0, 0.0, 1.0, 2.0])), [-0.158655, 0, 0.841345, 1.954500], atol=1e-6
    )


def test_a_polynomial_is_the_same_in_both_bases() -> None:
    # 1 + 2x + 3x² on [-4, 2]: with x = 3u - 1 it is 2 - 12u + 27u², and u² = (T₀ + T₂)/2
    power = Node(
        "y",
        "polynomial",
        ("x",),
        {"basis": "power", "interval": [-4, 2]},
        {"coefficients": np.array([1.0, 2, 3])},
    )
    series = np.array([15.5, -12, 13.5])
    chebyshev = Node(
        "y", "polynomial", ("x",), {"basis": "chebyshev", "interval": [-4, 2]}, {"coefficients": series}
    )
    np.testing.assert_allclose(evaluate(power), evaluate(chebyshev), atol=1e-12)


@pytest.mark.parametrize("degree", [0, 1, 8])
def test_a_power_series_is_numpys_to_the_last_bit(degree: int) -> None:
    coefficients = RANDOM.normal(size=degree + 1)
    attributes = {"basis": "power", "interval": [-4, 4]}
    found = evaluate(Node("y", "polynomial", ("x",), attributes, {"coefficients": coefficients}))
    np.testing.assert_array_equal(found, polyval(X, coefficients))


def test_inputs_outside_an_interval_are_named_with_their_layer() -> None:
    attributes = {"basis": "power", "interval": [-0.5, 0.5]}
    node = Node("p", "polynomial", ("x",), attributes, {"coefficients": np.ones(2)}, layer="blocks.7.mlp")
    graph = Graph("g", (INPUT, node), "p")
    run(graph, np.clip(X, -0.5, 0.5), check_intervals=True)
    with pytest.raises(
        IntervalError, match=r"layer blocks\.7\.mlp: the input of p spans .* outside its interval"
    ):
        run(graph, X, check_intervals=True)
    assert run(graph, X)["p"].shape == X.shape
    assert ranges(graph, X) == {"p": (X.min(), X.max())}


def test_inputs_of_another_shape_are_refused() -> None:
    graph = Graph("g", (INPUT, Node("y", "sum_tokens", ("x",))), "y")
    assert logits(graph, X).shape == (SAMPLES, FEATURES)
    for wrong in (X[:, :-1], X[..., :-1], X[0]):
        with pytest.raises(ModelError, match="takes samples of shape"):
            run(graph, wrong)


@pytest.mark.parametrize(
    ("farthest", "leaves"), [(0.5, False), (1.4, False), (1.6, True), (np.nan, True)], ids=str
)
def test_a_sample_departs_where_a_polynomial_outgrows_its_interval(farthest: float, leaves: bool) -> None:
    """x on [-0.5, 0.5], where it is 0.5 at most: 1.4 lies outside, and is not three times as large."""
    attributes = {"basis": "power", "interval": [-0.5, 0.5]}
    node = Node("p", "polynomial", ("x",), attributes, {"coefficients": np.array([0.0, 1.0])}, layer="mlp")
    inputs = np.clip(X, -0.5, 0.5)
    inputs[1, 0, 0] = farthest
    found = departures(Graph("g", (INPUT, node), "p"), inputs)
    assert [(one.sample, one.layer) for one in found] == [(1, "mlp")] * leaves
