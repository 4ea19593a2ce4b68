"""A graph in torch is the same graph, and what is trained is its arrays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.architectures import registry
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.conversion import calibrate, freeze, substitute
from models.conversion.settings import ConversionSettings
from models.graph import FIXED_ARRAYS, Graph, Node
from models.reference import outputs
from models.training.module import GraphModule, deviation
from tests.training.graphs import LANGUAGE, POWER, SHAPES, VISION, build, inputs_of

SETTINGS = ConversionSettings.model_validate(
    {"attention_degree": 4, "mlp_degree": 8, "margin": 1.5, "value_size": 1.0, "layer_norm": {"error": 0.01}}
)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize(
    "options", [ORIGINAL, VISION, LANGUAGE, POWER], ids=["original", "vision", "language", "power"]
)
def test_torch_and_the_reference_agree_in_float64(kind: str, options: Options) -> None:
    graph = build(kind, options)
    assert deviation(graph, inputs_of(graph, 3)) < 1e-12


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("options", [VISION, LANGUAGE, POWER], ids=["vision", "language", "power"])
def test_torch_and_the_reference_agree_on_polynomials(kind: str, options: Options) -> None:
    frozen = freeze(build(kind, options))
    inputs = inputs_of(frozen, 4)
    graph = substitute(frozen, calibrate(frozen, inputs), SETTINGS)
    assert graph.not_polynomial() == []
    assert deviation(graph, inputs) < 1e-9


def test_a_power_series_has_its_own_gradient() -> None:
    arrays = {"coefficients": np.array([0.5, -1.0, 0.25, 2.0])}
    nodes = (
        Node("input", "input", attributes={"tokens": 1, "features": 3}),
        Node("p", "polynomial", ("input",), {"basis": "power", "interval": [-1, 1]}, arrays),
    )
    x = torch.tensor([[[0.3, -0.7, 1.1]]], requires_grad=True)
    GraphModule(Graph("cubic", nodes, "p"))(x).output.sum().backward()
    expected = -1.0 + 0.5 * x.detach() + 6.0 * x.detach() ** 2
    torch.testing.assert_close(x.grad, expected)


def test_gradients_reach_every_trainable_array_and_no_other() -> None:
    graph = build("swin", VISION)
    module = GraphModule(graph).train()
    evaluation = module(torch.from_numpy(inputs_of(graph, 4)).float())
    (evaluation.output**2).sum().backward()
    trained = {name for name, parameter in module.named_parameters() if parameter.grad is not None}
    arrays = {(node.name, name) for node in graph for name in node.arrays if name not in FIXED_ARRAYS}
    assert len(trained) == len(arrays)
    assert all(torch.isfinite(parameter.grad).all() for parameter in module.parameters())


def test_batch_norm_learns_the_statistics_of_training_and_keeps_them_at_inference() -> None:
    graph = build("vit", VISION)
    module = GraphModule(graph)
    inputs = torch.from_numpy(inputs_of(graph, 64)).float()
    for _ in range(100):
        module.train()(inputs)
    learnt = module.eval().graph()
    norm = next(node for node in learnt if node.operation == "batch_norm")
    met = outputs(replace(learnt, output=norm.inputs[0]), inputs.double().numpy())
    np.testing.assert_allclose(norm.arrays["mean"], met.mean(axis=(0, 1)), atol=1e-3)
    np.testing.assert_allclose(norm.arrays["variance"], met.var(axis=(0, 1)), rtol=0.02)
    module(inputs * 5)
    assert np.array_equal(
        next(n for n in module.graph() if n.name == norm.name).arrays["mean"], norm.arrays["mean"]
    )


def test_watched_values_are_the_inputs_of_activations_and_of_layer_norms() -> None:
    graph = build("gpt", LANGUAGE)
    evaluation = GraphModule(graph)(torch.from_numpy(inputs_of(graph, 2)))
    activations = {node.name for node in graph if node.operation == "gelu"}
    norms = {node.name for node in graph if node.operation == "layer_norm"}
    assert evaluation.activation_inputs.keys() == activations
    assert evaluation.norm_inputs.keys() == norms
    assert all(values.shape[:2] == (2, 8) for values in evaluation.norm_inputs.values())


def test_dropout_is_of_training_alone() -> None:
    graph = build("vit", ORIGINAL)
    module = GraphModule(graph, dropout=0.5)
    x = torch.from_numpy(inputs_of(graph, 2)).float()
    assert not torch.equal(module.train()(x).output, module(x).output)
    assert torch.equal(module.eval()(x).output, module(x).output)


def test_a_graph_is_the_same_after_a_round_through_torch() -> None:
    graph = registry.build(
        SHAPES["bert"], ORIGINAL, DataShape(8, 11, 2), {}, np.random.default_rng(0), "bert"
    )
    for before, after in zip(graph, GraphModule(graph).graph(), strict=True):
        for name, array in before.arrays.items():
            np.testing.assert_allclose(after.arrays[name], array, rtol=1e-6)
