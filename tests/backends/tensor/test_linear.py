"""Linear maps of values that are repeated: as many diagonals as the narrower side has rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from backends.engine import choose_layout
from backends.tensor.arrangement import Arrangement
from models.graph import Graph, Node
from tests.backends.test_engine import PARAMETERS, assert_equal

SET = replace(PARAMETERS, log_n=12)
WIDE = 1000


def chain(widths: tuple[int, ...], *nodes: Node) -> Graph:
    """Linear maps from each width to the next, with squares between, and more nodes."""
    random = np.random.default_rng(0)
    made = [Node("input", "input", attributes={"tokens": 1, "features": widths[0]})]
    for index, (wide, out) in enumerate(pairwise(widths)):
        if index:
            made.append(Node(f"square{index}", "multiply", (made[-1].name, made[-1].name)))
        weight = random.normal(size=(out, wide)) / wide
        arrays = {"weight": weight, "bias": random.normal(size=out)}
        made.append(Node(f"linear{index}", "linear", (made[-1].name,), arrays=arrays))
    return Graph("chain", (*made, *nodes), (*made, *nodes)[-1].name)


def inputs(features: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(2, 1, features))


@pytest.mark.parametrize(
    ("widths", "products", "rotations"),
    [
        # 1,024 rows to 60: 64 diagonals in 8 baby and 8 giant steps, and 4 rotations that fold 1,024 rows
        # onto 64.
        ((WIDE, 60), 64, 7 + 7 + 4),
        # The 64 rows are repeated, so a map among them needs nothing to be folded, and one to 8 rows or from
        # 8 takes 8 diagonals.
        ((WIDE, 60, 50), 64 + 64, 18 + 7 + 7),
        ((WIDE, 60, 8), 64 + 8, 18 + (3 + 1) + 3),
        ((WIDE, 8, WIDE), 8 + 8, (3 + 1 + 7) + (3 + 1)),
    ],
)
def test_the_narrower_side_counts_the_diagonals(
    widths: tuple[int, ...], products: int, rotations: int
) -> None:
    program = assert_equal(chain(widths), inputs(widths[0]), SET)
    assert program.layout.features == 1024
    assert (program.counts["ct_pt"], program.counts["rotations"]) == (products, rotations)


def test_what_is_summed_over_features_counts_each_once() -> None:
    total = Node("total", "sum_features", ("linear0",), attributes={"features": 5})
    program = assert_equal(chain((WIDE, 5), total), inputs(WIDE), SET)
    assert program.counts["rotations"] == (3 + 1 + 7) + 3


def test_what_attention_and_merging_read_stands_once() -> None:
    """They move rows, among which copies of the value would be taken for its own."""
    heads = Node("heads", "split_heads", ("linear1",), attributes={"heads": 2})
    scores = Node("scores", "scores", ("heads", "heads"))
    mixed = Node("mixed", "mix", ("scores", "heads"))
    graph = chain((WIDE, 16, 4), heads, scores, mixed)
    arrangement = Arrangement(graph)
    layout = choose_layout(arrangement, graph, SET.slots)
    periods = {
        name: arrangement.place(name, layout).period for name in ("input", "linear0", "linear1", "mixed")
    }
    rows = layout.features
    assert periods == {"input": 0, "linear0": 16 if rows > 16 else 0, "linear1": 0, "mixed": 0}
    merged = Node("merged", "merge_tokens", ("linear0",), attributes={"groups": [[0, 0]]})
    graph = chain((WIDE, 16), merged)
    arrangement = Arrangement(graph)
    layout = choose_layout(arrangement, graph, SET.slots)
    assert not arrangement.place("linear0", layout).period
    assert not arrangement.place("merged", layout).period
