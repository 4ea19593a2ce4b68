"""The plan of a small graph is the cheapest of all: of every way, pair, kind of batch, refresh and level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import product
from math import inf

import numpy as np
import pytest

from backends.costs import Costs
from backends.errors import PlanError
from backends.planner import Planner, cheapest
from backends.recordings import Recordings
from backends.schedule import Refresh
from backends.tensor.operation import Way
from backends.ways import choices, pairings
from models.graph import Graph, Node
from tests.backends.evaluating import PARAMETERS
from tests.backends.exhaustive import Search

COSTS = Costs(PARAMETERS)


def random_graph(random: np.random.Generator) -> Graph:
    """An attention, with a residual and an activation or not, of a few tokens and features."""
    heads, features = int(random.integers(1, 3)), int(random.choice([2, 4, 8]))
    tokens, width = int(random.choice([4, 8])), heads * features
    nodes = [Node("input", "input", attributes={"tokens": tokens, "features": width})]

    def linear(name: str, operand: str, wide: int = 1) -> None:
        arrays = {
            "weight": random.normal(size=(wide * width, width)),
            "bias": random.normal(size=wide * width),
        }
        nodes.append(Node(name, "linear", (operand,), arrays=arrays))

    def polynomial(name: str, operand: str) -> None:
        arrays = {"coefficients": random.normal(size=int(random.integers(3, 7)))}
        nodes.append(
            Node(name, "polynomial", (operand,), {"basis": "power", "interval": [-4.0, 4.0]}, arrays)
        )

    for part in "qkv":
        linear(part, "input")
        nodes.append(Node(f"{part}.heads", "split_heads", (part,), {"heads": heads}))
    nodes.append(Node("scores", "scores", ("q.heads", "k.heads"), {"block": tokens}))
    polynomial("p", "scores")
    nodes.append(Node("mix", "mix", ("p", "v.heads")))
    nodes.append(Node("merged", "merge_heads", ("mix",)))
    last = "merged"
    if random.integers(2):
        nodes.append(Node("residual", "add", ("input", last)))
        last = "residual"
    if random.integers(2):
        linear("expand", last, wide=2)
        polynomial("activation", "expand")
        last = "activation"
        if random.integers(2):
            arrays = {"weight": random.normal(size=(width, 2 * width)), "bias": random.normal(size=width)}
            nodes.append(Node("contract", "linear", ("activation",), arrays=arrays))
            last = "contract"
    return Graph("small", tuple(nodes), last)


def least(planner: Planner, recordings: Recordings, refresh: Refresh) -> float:
    """The least price of one batch where each node is computed in a given way, by trying everything."""
    graph = recordings.graph
    joined = recordings.layout.halves > 1 and not recordings.lies_apart(graph.output)
    return Search(graph, COSTS, planner.node_costs(), refresh, int(joined)).run()


def paired(recordings: Recordings, ways: Mapping[str, Way]) -> Iterator[dict[str, Way]]:
    """A choice of ways with every choice of pairs beside it, but for none at all."""
    every = [({}, *one) for one in pairings(recordings.graph, recordings.wide, recordings.keys)]
    for chosen in list(product(*every))[1:]:
        yield {**ways, **{name: way for one in chosen for name, way in one.items()}}


@pytest.mark.parametrize("seed", range(50))
def test_a_plan_is_the_cheapest_of_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    graph = random_graph(random)
    top, keeps = int(random.integers(3, 10)), bool(random.integers(2))
    refresh = Refresh("bootstrap", top, entry=1, work=float(random.choice([0.1, 1.0])), keeps_imaginary=keeps)
    begin = partial(Recordings, graph, PARAMETERS, refresh)
    images = begin().layout.images
    samples = images * int(random.choice([1, 2, 3]))
    best = inf
    for halves in (1, 2) if keeps else (1,):
        recordings = begin(halves)
        weighed = samples > images or halves == 1
        for ways in choices(graph, complex_slots=keeps, window=recordings.layout.window):
            planner = Planner(recordings, ways)
            price = least(planner, recordings, refresh)
            if price == inf:
                with pytest.raises(PlanError, match="levels between two refreshes"):
                    planner.schedule()
            else:
                assert planner.schedule().price == pytest.approx(price)
            if weighed:
                best = min(best, planner.batches(samples) * price)
            for pairs in paired(recordings, ways) if weighed and keeps else ():
                with suppress(PlanError):  # these ways do not go together
                    planner = Planner(recordings, pairs)
                    best = min(best, planner.batches(samples) * least(planner, recordings, refresh))
    if best == inf:
        with pytest.raises(PlanError, match="levels between two refreshes"):
            cheapest(graph, PARAMETERS, refresh, complex_slots=keeps, samples=samples)
    else:
        planner, chosen = cheapest(graph, PARAMETERS, refresh, complex_slots=keeps, samples=samples)
        assert planner.batches(samples) * chosen.price == pytest.approx(best)
