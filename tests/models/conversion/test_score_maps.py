"""Around the activation of scores one constant is left before it, and the mix's mask after it."""

from dataclasses import replace

import numpy as np
import pytest

from models.conversion import fold
from models.graph import Array, Graph, Node
from models.reference import run

TOKENS, HEADS, BLOCK = 4, 2, 2
RANDOM = np.random.default_rng(6)


def attention(*before: Node, after: tuple[Node, ...] = ()) -> Graph:
    """Blocks of two tokens, with nodes between the scores `s` and their activation, and after that."""
    parts: list[Node] = []
    for part in "qkv":
        arrays = {"weight": RANDOM.normal(size=(4, 4)), "bias": RANDOM.normal(size=4)}
        parts.append(Node(part, "linear", ("x",), arrays=arrays))
        parts.append(Node(f"{part}.heads", "split_heads", (part,), {"heads": HEADS}))
    last = before[-1].name if before else "s"
    nodes = (
        Node("x", "input", attributes={"tokens": TOKENS, "features": 4}),
        *parts,
        Node("s", "scores", ("q.heads", "k.heads"), {"block": BLOCK}),
        *before,
        Node("p", "gelu", (last,)),
        *after,
        Node("m", "mix", (after[-1].name if after else "p", "v.heads")),
        Node("y", "merge_heads", ("m",)),
    )
    return Graph("g", nodes, "y")


def head_map(name: str, source: str) -> Node:
    scale, shift = RANDOM.normal(size=(2, HEADS))
    return Node(name, "affine", (source,), {"over": "heads"}, {"scale": scale, "shift": shift})


def constant(name: str, source: str, *shape: int, repeat: int = 1) -> Node:
    return Node(name, "bias", (source,), {"repeat": repeat}, {"bias": RANDOM.normal(size=shape)})


def mask(name: str, source: str) -> Node:
    return Node(name, "mask", (source,), arrays={"mask": RANDOM.uniform(size=(TOKENS, BLOCK))})


def between(graph: Graph, first: str, last: str) -> list[str]:
    """Operations after a node, up to another."""
    names = [node.name for node in graph]
    return [graph[name].operation for name in names[names.index(first) + 1 : names.index(last)]]


@pytest.mark.parametrize(
    "constants",
    [
        [((HEADS, BLOCK, BLOCK), 2)],
        [((HEADS, BLOCK, BLOCK), 2), ((HEADS, 1, 1), 1)],
        [((HEADS, 1, 1), 1), ((HEADS, TOKENS, BLOCK), 1)],
        [((HEADS, BLOCK, BLOCK), 2), ((HEADS, TOKENS, BLOCK), 1)],
    ],
)
def test_factors_move_into_queries_and_constants_into_one(
    constants: list[tuple[tuple[int, ...], int]],
) -> None:
    chain = [Node("f", "scale", ("s",), {"factor": 0.3})]
    for number, (shape, repeat) in enumerate(constants):
        chain.append(constant(f"c{number}", chain[-1].name, *shape, repeat=repeat))
        chain.append(head_map(f"a{number}", chain[-1].name))
    graph = attention(*chain, Node("z", "scale", (chain[-1].name,), {"factor": -2.0}))
    check(graph, between_scores=["bias"])


def test_factors_move_before_a_mask_that_stays_before_the_activation() -> None:
    graph = attention(mask("l", "s"), head_map("a", "l"), Node("z", "scale", ("a",), {"factor": 2.0}))
    check(graph, between_scores=["mask", "bias"])


def test_masks_after_the_activation_become_one_mask_of_the_mix() -> None:
    after = (mask("first", "p"), Node("f", "scale", ("first",), {"factor": 3.0}), mask("second", "f"))
    folded = check(attention(after=after), between_scores=[])
    assert folded["m"].inputs == ("p", "v.heads")
    np.testing.assert_allclose(folded["m"].arrays["mask"], after[0].arrays["mask"] * after[2].arrays["mask"])


def test_masks_and_factors_of_sums_over_keys_become_one_mask_of_theirs() -> None:
    masked = mask("masked", "p")
    graph = attention(after=(masked,))
    sums = (
        Node("sums", "sum_keys", ("masked",), {"features": 2}),
        Node("f", "scale", ("sums",), {"factor": 3.0}),
        Node("divisor", "gelu", ("f",)),
        Node("divided", "multiply", ("m", "divisor")),
        Node("y", "merge_heads", ("divided",)),
    )
    folded = check(replace(graph, nodes=(*graph.nodes[:-1], *sums)), between_scores=[])
    assert folded["divisor"].inputs == ("sums",)
    assert folded["sums"].inputs == ("p",)
    np.testing.assert_allclose(folded["sums"].arrays["mask"], 3 * masked.arrays["mask"])
    np.testing.assert_allclose(folded["m"].arrays["mask"], masked.arrays["mask"])


def check(graph: Graph, between_scores: list[str]) -> Graph:
    x: Array = RANDOM.normal(size=(5, TOKENS, 4))
    folded = fold(graph)
    np.testing.assert_allclose(run(folded, x)["y"], run(graph, x)["y"], atol=1e-12)
    assert between(folded, "s", "p") == between_scores
    return folded
