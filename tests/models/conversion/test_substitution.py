"""Polynomials on the intervals that training inputs call for."""

import numpy as np
import pytest

from models.approximation.series import series
from models.conversion import ConversionSettings, calibrate, report, substitute
from models.errors import DivergenceError, ModelError
from models.graph import Array, Graph, Node
from models.operations.activations import gelu
from models.reference import run

RANDOM = np.random.default_rng(5)
INPUT = Node("x", "input", attributes={"tokens": 3, "features": 4})


def settings(**changes: object) -> ConversionSettings:
    given = {"attention_degree": 4, "mlp_degree": 8, "margin": 1.5, "value_size": 1.0} | changes
    return ConversionSettings.model_validate(given)


def attention_and_mlp(activation: str) -> Graph:
    """Scores of the input with itself, their activation, and the activation of the mix."""
    nodes = (
        INPUT,
        Node("h", "split_heads", ("x",), {"heads": 2}),
        Node("s", "scores", ("h", "h")),
        Node("attention", activation, ("s",)),
        Node("m", "mix", ("attention", "h")),
        Node("y", "merge_heads", ("m",)),
        Node("mlp", activation, ("y",), layer="mlp"),
    )
    return Graph("g", nodes, "mlp")


@pytest.fixture
def inputs() -> Array:
    return RANDOM.uniform(-2, 2, (20, 3, 4))


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_degrees_and_intervals_are_those_asked_for(activation: str, inputs: Array) -> None:
    graph = attention_and_mlp(activation)
    ranges = calibrate(graph, inputs)
    found = substitute(graph, ranges, settings())
    exact = gelu if activation == "gelu" else lambda x: np.maximum(x, 0)
    for name, degree in (("attention", 4), ("mlp", 8)):
        node = found[name]
        bound = node.attributes["bound"]
        assert bound == pytest.approx(1.5 * max(map(abs, ranges[name])))
        assert len(node.arrays["coefficients"]) == degree + 1
        assert abs(node.arrays["coefficients"][-1]) == 1
        factor = found[f"{name}.variable"].attributes["factor"]
        assert node.attributes["interval"] == pytest.approx([-factor * bound, factor * bound])
        x = np.linspace(-bound, bound, 500)
        values = series(node.arrays["coefficients"], "power", node.attributes["interval"])(factor * x)
        deviation = np.abs(values - exact(x)).max()
        assert deviation == pytest.approx(node.attributes["error"], rel=0.01)


def test_tanh_takes_the_highest_odd_degree_of_its_levels(inputs: Array) -> None:
    graph = attention_and_mlp("tanh")
    ranges = calibrate(graph, inputs)
    found = substitute(graph, ranges, settings(margin=1.0))
    error = sum(found[name].attributes["error"] for name in ("attention", "mlp"))
    assert len(found["mlp"].arrays["coefficients"]) == 7 + 1
    wanted, value = run(graph, inputs)["mlp"], run(found, inputs)["mlp"]
    assert 0 < np.abs(value - wanted).max() < 20 * error


def test_a_budget_gives_each_activation_the_fewest_levels_that_reach_its_error(inputs: Array) -> None:
    graph = attention_and_mlp("gelu")
    ranges = {"attention": (-0.5, 0.5), "mlp": (-20.0, 8.0)}
    budget = settings(attention_degree=None, mlp_degree=None, depth_budget={"depth": 3, "error": 1e-3})
    found = substitute(graph, ranges, budget)
    depths = {
        node.name: series(node.arrays["coefficients"], "power", node.attributes["interval"]).depth
        for node in found
        if node.operation == "polynomial"
    }
    assert found["attention"].attributes["error"] <= 1e-3 < found["mlp"].attributes["error"]
    assert depths["attention"] < depths["mlp"] == 3


def test_a_composite_relu_is_written_as_its_polynomials_and_a_product(inputs: Array) -> None:
    graph = attention_and_mlp("relu")
    found = substitute(graph, calibrate(graph, inputs), settings(relu={"depth": 8}))
    values = run(found, inputs, check_intervals=True)
    exact = np.maximum(values[found["mlp.variable"].inputs[0]], 0)
    errors = {
        node.attributes["error"] for node in found if node.layer == "mlp" and "error" in node.attributes
    }
    assert found["mlp"].operation == "multiply"
    assert np.abs(values["mlp"] - exact).max() <= max(errors)
    assert max(errors) < 0.05 * np.abs(exact).max()


def test_the_report_says_how_far_inputs_fill_each_interval(inputs: Array) -> None:
    graph = attention_and_mlp("gelu")
    found = substitute(graph, calibrate(graph, inputs), settings(margin=2.0))
    entries = {entry["name"]: entry for entry in report(found, {"training": inputs})}
    assert entries.keys() == {"attention", "mlp"}
    low, high = entries["attention"]["training"]
    assert max(-low, high) == pytest.approx(entries["attention"]["interval"][1] / 2)
    assert entries["mlp"]["layer"] == "mlp"
    assert entries["mlp"]["degree"] == 8
    assert entries["mlp"]["function"] == "gelu"


def test_what_has_no_polynomial_form_is_refused(inputs: Array) -> None:
    graph = Graph("g", (INPUT, Node("p", "softmax", ("x",))), "p")
    with pytest.raises(ModelError, match="p have no polynomial form; train the HE-friendly"):
        substitute(graph, {}, settings())


def test_an_activation_that_was_not_calibrated_is_refused() -> None:
    with pytest.raises(ModelError, match="no range of mlp is known; calibrate"):
        substitute(attention_and_mlp("gelu"), {"attention": (-1.0, 1.0)}, settings())


def test_an_activation_without_input_is_refused(inputs: Array) -> None:
    graph = Graph("g", (INPUT, Node("p", "gelu", ("x",))), "p")
    with pytest.raises(ModelError, match="met no input but 0"):
        substitute(graph, calibrate(graph, np.zeros_like(inputs)), settings())


def test_a_model_whose_values_are_not_finite_is_not_calibrated(inputs: Array) -> None:
    graph = Graph("g", (INPUT, Node("p", "gelu", ("x",))), "p")
    inputs[3, 1, 2] = np.inf
    with pytest.raises(DivergenceError, match="not finite; train the model further"):
        calibrate(graph, inputs)
