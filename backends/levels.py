"""Whether a parameter set has the slots and levels that a graph needs, told without planning it."""

from __future__ import annotations

from collections.abc import Iterable

from backends.costs import Costs
from backends.parameters import ParameterSet
from backends.planner import Planner, check_polynomial
from backends.recordings import Recordings
from backends.schedule import Refresh, least_top, schedule
from backends.tensor.layout import ValueLayout
from backends.tensor.operations import encrypted
from backends.tensor.tensor import Tensor
from models.graph import Graph, Node

#: An operand of which nothing has to be masked, so that an operation spends the fewest levels on it.
_CLEAN = Tensor((), ValueLayout("features", (), 1), clean=True, full=True)


def check_levels(graph: Graph, parameters: ParameterSet, refresh: Refresh) -> None:
    """See that a graph can be laid out, and that no node needs more levels than a refresh returns.

    Each operation says how many levels it takes at least. Where there are not even these, the nodes are
    recorded apart, which takes seconds, to name the exact number.

    Raises:
        PlanError: as `backends.planner.plan` would.
    """
    check_polynomial(graph)
    planner = Planner(Recordings(graph, parameters, refresh), {})
    if least_top(graph, _fewest_levels, refresh.entry).level > refresh.top:
        schedule(graph, planner.node_costs(), refresh, Costs(parameters))


def _fewest_levels(node: Node) -> Iterable[tuple[str, int]]:
    return zip(node.inputs, encrypted(node).depths(node, [_CLEAN] * len(node.inputs)), strict=True)
