"""Sketches of models: polynomial graphs of their shapes."""

from __future__ import annotations

import pytest

from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape
from models.architectures.shapes import DataShape
from models.graph import Graph
from models.sketches.routes import ROUTES, Assumed, Model


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("pool", ["first", "masked_mean", "none"])
def test_a_model_whose_embedding_is_looked_up_becomes_polynomial(pool: str, route: str) -> None:
    """The context is full then, so that the mean of real tokens is one of all, and no length is left."""
    shape = BertShape.model_validate(
        {"kind": "bert", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1, "pool": pool}
    )
    model = Model("small", shape, DataShape(4, 50, 8), client_embedding=True)
    graph = ROUTES[route].polynomial(model, Assumed())
    assert not graph.not_polynomial()
    assert graph.input.attributes["features"] == 8


@pytest.mark.parametrize("route", ROUTES)
def test_the_activation_of_its_mlps_is_the_models_own(route: str) -> None:
    shape = GptShape(kind="gpt", dim=8, heads=2, blocks=1, mlp_ratio=1, gated=True, norm="rms")
    model = Model("small", shape, DataShape(4, 50, 50), True, True, activation="silu")
    graph = ROUTES[route].polynomial(model, Assumed())
    assert isinstance(graph, Graph)
    functions = {node.attributes["function"] for node in graph if ".mlp.activation" in node.name}
    assert functions == {"silu"}
