"""What each way costs, planned in one process or side by side."""

from __future__ import annotations

from bench.run.inspection import costs
from models.architectures.bert import BertShape
from models.architectures.shapes import DataShape
from models.sketches.routes import ROUTES, Assumed, Model


def test_ways_planned_side_by_side_cost_the_same() -> None:
    shape = BertShape(kind="bert", dim=8, heads=2, blocks=1, mlp_ratio=1)
    model = Model("small", shape, DataShape(4, 50, 2), client_embedding=True)
    alone, beside = (
        [{**one.numbers(), "plan_s": None} for one in costs(model, Assumed(degree=4), processes=processes)]
        for processes in (1, 2)
    )
    assert [one["way"] for one in alone] == list(ROUTES)
    assert alone == beside
    assert all(one["reason"] is None for one in alone)
