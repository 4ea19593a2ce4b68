"""A plan of blocks that are alike has every figure of a plan of all of them."""

from __future__ import annotations

from collections import Counter

import pytest

from backends.costs import Costs
from backends.planner import plan
from backends.program import Program
from backends.repeated import plan_repeated
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape
from models.architectures.shapes import DataShape
from models.architectures.vit import VitShape
from models.graph import Graph
from models.sketches.routes import ROUTES, Assumed, Model
from models.sketches.stretched import PROTOTYPE, Stretched
from tests.backends.test_planner import BOOTSTRAPPING, BOOTSTRAPS

MODELS = {
    "bert": Model(
        "bert",
        BertShape(dim=8, heads=2, blocks=8, mlp_ratio=2, norm_position="post"),
        DataShape(8, 16, 3),
        client_embedding=True,
    ),
    "gpt": Model(
        "gpt",
        GptShape(dim=8, heads=2, blocks=8, mlp_ratio=2),
        DataShape(8, 16, 16),
        client_embedding=True,
        client_head=True,
    ),
    "vit": Model("vit", VitShape(dim=12, heads=3, blocks=8, mlp_ratio=2, pool="first"), DataShape(9, 4, 5)),
}


def figures(program: Program) -> dict[str, object]:
    """All that a prediction reads of a program, and what its instructions are."""
    return {
        "work": Counter(
            (one.operation, one.level, one.steps, len(one.results), len(one.operands), len(one.plaintexts))
            for one in program.instructions
        ),
        "keys": (program.rotation_steps, program.conjugates),
        "levels": (program.input_level, program.levels_used),
        "live": Costs(BOOTSTRAPPING).live_bytes(program),
    }


def constants(program: Program) -> Counter[int]:
    """Constants that take memory, by level."""
    return Counter(one.level for one in program.plaintexts if one.row is not None)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("route", ROUTES)
def test_blocks_that_stand_for_others_cost_what_all_cost(name: str, route: str) -> None:
    model, assumed = MODELS[name], Assumed(degree=4, error=0.05, variances=4.0)
    sketch = ROUTES[route].polynomial(model, assumed)
    assert isinstance(sketch, Stretched)
    drawn = ROUTES[route].converted(model.drawn(ROUTES[route].options, model.blocks), assumed)
    assert [node.name for node in sketch.graph] == [node.name for node in drawn]
    repeated = plan_repeated(sketch, BOOTSTRAPPING, BOOTSTRAPS, complex_slots=True)
    whole = plan(drawn, BOOTSTRAPPING, BOOTSTRAPS, complex_slots=True)
    assert figures(repeated) == figures(whole)
    # Of equal constants some are counted once a block, where a whole plan has them once.
    assert 0 <= constants(repeated).total() - constants(whole).total() <= 0.05 * constants(whole).total()


def test_few_blocks_are_planned_as_they_are() -> None:
    shape = VitShape(dim=8, heads=2, blocks=PROTOTYPE, mlp_ratio=2)
    assert isinstance(
        ROUTES["batch_norm"].polynomial(Model("vit", shape, DataShape(4, 3, 2)), Assumed()), Graph
    )
