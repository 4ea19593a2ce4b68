"""Packed scores equal the reference, whatever the shape, and cost less where the plan takes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backends.planner import plan
from backends.tensor.operation import Way
from backends.tensor.packing import fits
from backends.ways import choices
from models import reference
from models.graph import Array, Graph, Node
from tests.backends.evaluating import PARAMETERS, REFRESH, planned_so, values_of

POWER = {"basis": "power", "interval": [-4.0, 4.0]}
PACKINGS = (Way.PACKED, Way.PACKED_IN_COMPLEX_SLOTS)


def attention(tokens: int, heads: int, features: int, block: int, seed: int, mask: Array | None) -> Graph:
    """Queries, keys and values by linear maps, a polynomial of the scores that is not 0 at 0, and the mix."""
    random, width = np.random.default_rng(seed), heads * features
    nodes = [Node("input", "input", attributes={"tokens": tokens, "features": width})]
    for part in "qkv":
        arrays = {
            "weight": random.normal(size=(width, width)) / width**0.5,
            "bias": random.normal(size=width),
        }
        nodes.append(Node(part, "linear", ("input",), arrays=arrays))
        nodes.append(Node(f"{part}.heads", "split_heads", (part,), {"heads": heads}))
    nodes.append(Node("scores", "scores", ("q.heads", "k.heads"), {"block": block}))
    nodes.append(Node("p", "polynomial", ("scores",), POWER, {"coefficients": np.array([0.3, 0.1, 0.05])}))
    masks = {} if mask is None else {"mask": mask}
    nodes.append(Node("mix", "mix", ("p", "v.heads"), arrays=masks))
    nodes.append(Node("merged", "merge_heads", ("mix",)))
    return Graph("attention", tuple(nodes), "merged")


@some.composite
def shapes(draw: some.DrawFn) -> tuple[int, int, int, int]:
    """Tokens, heads, features of a head and a block; a sample fits 512 slots, in one chunk or more."""
    heads, features = draw(some.integers(1, 4)), draw(some.integers(1, 8))
    if draw(some.booleans()):
        tokens = draw(some.integers(1, 17))
        return tokens, heads, features, tokens
    if draw(some.booleans()):  # windows that are padded one by one
        block, blocks = draw(some.sampled_from((3, 5, 6, 7, 9))), draw(some.sampled_from((2, 4)))
    else:
        block, blocks = 2 ** draw(some.integers(0, 3)), draw(some.integers(1, 3))
    return block * blocks, heads, features, block


@settings(max_examples=60)
@given(shape=shapes(), masked=some.booleans(), seed=some.integers(0, 1000), way=some.sampled_from(PACKINGS))
def test_packed_attention_equals_the_reference(
    shape: tuple[int, int, int, int], masked: bool, seed: int, way: Way
) -> None:
    tokens, _, _, block = shape
    random = np.random.default_rng(seed)
    mask = random.uniform(-1, 1, (tokens, block)) * random.integers(0, 2, (tokens, block)) if masked else None
    graph = attention(*shape, seed, mask)
    samples = random.normal(size=(3, tokens, shape[1] * shape[2])) / 2
    found = values_of(planned_so(graph, {"scores": way, "mix": way}), samples)
    expected = reference.run(graph, samples)
    for name in ("scores", "p") if mask is None or np.any(mask) else ():  # nothing reads what is masked out
        assert np.allclose(found[name], expected[name], atol=1e-9)
    assert np.allclose(found[""], expected["merged"], atol=1e-9)


@pytest.mark.parametrize("block", [4, 8])
def test_scores_lie_in_few_ciphertexts_and_cost_few_key_switches(block: int) -> None:
    """16 feature rows of a head hold all shifts of 4 or 8 tokens; a product a shift, a key switch for all."""
    graph = attention(8, 2, 16, block, 0, None)
    by_shift, by_row = (planned_so(graph, ways) for ways in choices(graph, complex_slots=False))
    (layout,) = [probe.layout for probe in by_row.probes if probe.name == "scores"]
    assert layout.number(by_row.layout) == layout.stride == 1
    assert by_row.counts["relinearisations"] == 3 < by_shift.counts["relinearisations"] == 2 * block + 1
    assert by_row.counts["ct_ct"] == 2 * block + 1


@pytest.mark.parametrize(("tokens", "heads", "stride"), [(17, 4, 5), (17, 2, 5), (16, 4, 4), (9, 8, 3)])
def test_a_block_is_padded_to_no_more_than_a_shift_a_row(tokens: int, heads: int, stride: int) -> None:
    """Four feature rows a head: a token more than a power of two costs one ciphertext of scores more."""
    graph = attention(tokens, heads, 4, tokens, 0, None)
    program = planned_so(graph, {"scores": Way.PACKED, "mix": Way.PACKED})
    (layout,) = [probe.layout for probe in program.probes if probe.name == "scores"]
    assert layout.number(program.layout) == layout.stride == stride
    products = 2 * layout.extent * len(program.inputs)
    assert program.counts["ct_ct"] == products + stride  # and the squares of the polynomial


def test_blocks_that_are_not_cyclic_in_a_power_of_two_are_packed_where_the_layout_has_room() -> None:
    assert fits(5, 5, 0)
    assert fits(12, 4, 0)
    assert fits(6, 3, 3)
    assert not fits(6, 3, 0)
    graph = attention(6, 1, 2, 3, 0, None)
    assert list(choices(graph, complex_slots=True)) == [{}]
    assert len(list(choices(graph, complex_slots=True, window=3))) == 3


def test_attentions_of_one_shape_are_computed_alike() -> None:
    graph = attention(4, 1, 4, 4, 0, None)
    nodes = [Node(name, "scores", ("q.heads", "v.heads"), {"block": 2}) for name in ("more", "last")]
    thrice = Graph("thrice", (*graph.nodes, *nodes), "last")
    packed = Way.PACKED
    assert list(choices(thrice, complex_slots=False)) == [
        {},
        {"more": packed, "last": packed},
        {"scores": packed, "mix": packed},
        {"scores": packed, "mix": packed, "more": packed, "last": packed},
    ]
    assert len(list(choices(thrice, complex_slots=True))) == 9


@pytest.mark.parametrize("complex_slots", [False, True])
def test_packed_scores_are_chosen_where_they_lie_in_one_ciphertext(complex_slots: bool) -> None:
    """A rotation by no steps costs nothing, also where it is asked for."""
    program = plan(
        attention(16, 2, 16, 16, 0, None), PARAMETERS, REFRESH, probes=True, complex_slots=complex_slots
    )
    (layout,) = [probe.layout for probe in program.probes if probe.name == "scores"]
    assert layout.number(program.layout) == layout.stride == 1
