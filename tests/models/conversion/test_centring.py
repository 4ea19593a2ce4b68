"""The mean that LayerNorm subtracts is subtracted by what writes the stream, where nothing else reads it."""

import numpy as np
import pytest

from models.architectures.options import Options
from models.conversion import fold
from models.graph import Graph, Node
from models.reference import run
from tests.models.conversion.substituted import substituted

OPTIONS = Options(norm="layer", mlp_norm=False)


def is_diagonal(node: Node) -> bool:
    weight = node.arrays["weight"]
    return np.array_equal(weight, np.diag(np.diag(weight)))


def streams(graph: Graph) -> list[str]:
    return [node.name for node in graph if node.operation == "add"]


@pytest.mark.parametrize("name", ["vit", "gpt", "bert", "bert_post"])
def test_streams_that_only_layer_norms_read_have_no_mean(name: str) -> None:
    graph, x = substituted(name, OPTIONS, samples=5)
    norms = [node.name for node in graph if node.name.endswith(".norm.sum")]
    folded = fold(graph)
    values = run(folded, x)
    assert streams(folded)
    for stream in streams(folded):
        assert np.abs(values[stream].mean(axis=-1)).max() < 1e-9
    # One sum over features is left of each LayerNorm, that of the squares, and BERT's padding.
    sums = [node for node in folded if node.operation == "sum_features"]
    assert len(sums) == len(norms) + name.startswith("bert")
    for node in folded:
        if node.name.endswith(".sized") and "residual" in node.inputs[0]:
            assert is_diagonal(node)


def test_a_stream_that_is_merged_keeps_its_mean_until_layer_norms_subtract_it() -> None:
    graph, x = substituted("swin", OPTIONS, samples=5)
    folded = fold(graph)
    values = run(folded, x)
    merged, last = "stages.0.blocks.0.mlp.residual", "stages.1.blocks.0.mlp.residual"
    assert np.abs(values[merged].mean(axis=-1)).max() > 1e-3
    assert np.abs(values[last].mean(axis=-1)).max() < 1e-9
    subtractions = [node for node in folded if node.name.endswith(".norm.centred")]
    assert {node.layer.split(".")[0] for node in subtractions} >= {"stages"}
    assert not any(node.name.startswith("stages.1") for node in subtractions)
    for node in subtractions:
        assert np.abs(node.arrays["weight"].sum(axis=0)).max() < 1e-9


def test_a_sum_that_is_read_on_its_own_keeps_the_mean_in_the_stream() -> None:
    rng = np.random.default_rng(1)

    def linear(name: str) -> Node:
        arrays = {"weight": rng.normal(size=(4, 4)), "bias": rng.normal(size=4)}
        return Node(name, "linear", ("x",), arrays=arrays)

    nodes = (
        Node("x", "input", attributes={"tokens": 2, "features": 4}),
        linear("a"),
        linear("b"),
        Node("s", "add", ("a", "b")),
        Node("t", "sum_features", ("s",), {"features": 4}),
        Node("m", "scale", ("t",), {"factor": -1 / 4}),
        Node("c", "add", ("s", "m")),
        Node("y", "multiply", ("c", "t")),
    )
    graph = Graph("g", nodes, "y")
    x = rng.normal(size=(3, 2, 4))
    np.testing.assert_allclose(run(fold(graph), x)["y"], run(graph, x)["y"])
