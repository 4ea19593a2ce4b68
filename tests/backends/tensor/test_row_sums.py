"""Sums over keys equal the reference in every way of attention, and cost next to nothing beside its mix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.conformance.graphs import Builder
from backends.constants import prepare
from backends.replay import replay
from backends.tensor.layout import pack, power_of_two
from backends.tensor.operation import Way
from models import reference
from models.graph import Array, Graph
from models.shapes import heads_side_by_side
from tests.backends.evaluating import PARAMETERS, planned_so, values_of
from tests.backends.tensor.test_packed import PACKINGS, shapes


def divided(
    shape: tuple[int, int, int, int], seed: int = 0, *, kept: bool = False, mask: Array | None = None
) -> Graph:
    """Attention whose weights are divided by their sums; the last feature of a token may tell padding."""
    tokens, heads, size, block = shape
    width = heads * size
    build = Builder(seed, tokens, width + 1)
    features = build.add("take_features", "input", start=0, features=width)
    q, k, v = (build.linear(features, width, width) for _ in range(3))
    keep = []
    if kept:
        keep = [
            build.add(
                "sum_features", build.add("take_features", "input", start=width, features=1), features=width
            )
        ]
        v = build.add("multiply", v, *keep)
    q, k, v = (build.add("split_heads", one, heads=heads) for one in (q, k, v))
    p = build.power(build.add("scores", q, k, block=block), 0.3, 0.1, 0.05)
    arrays = {} if mask is None else {"mask": mask}
    total = build.add("sum_keys", p, *keep, arrays=arrays, features=size)
    mixed = build.add("mix", p, v, arrays=arrays)
    build.add("merge_heads", build.add("multiply", mixed, build.power(total, 0.5, -0.1, 0.01)))
    return build.graph()


def every(graph: Graph, way: Way | None) -> dict[str, Way]:
    """All nodes of attention in one way."""
    operations = ("scores", "mix", "sum_keys")
    return {node.name: way for node in graph if way is not None and node.operation in operations}


def samples_of(graph: Graph, count: int, seed: int) -> Array:
    """Inputs of which some tokens are padding: their last feature is 0, where that of the others is 1."""
    random = np.random.default_rng(seed)
    samples = (
        random.normal(size=(count, *(graph.input.attributes[side] for side in ("tokens", "features")))) / 2
    )
    samples[..., -1] = random.integers(0, 2, samples.shape[:-1])
    return samples


@settings(max_examples=50)
@given(
    shape=shapes(),
    kept=some.booleans(),
    mask=some.sampled_from(["none", "constant", "causal"]),
    seed=some.integers(0, 1000),
    way=some.sampled_from([None, *PACKINGS]),
    halves=some.sampled_from([1, 2]),
)
def test_sums_over_keys_equal_the_reference(
    shape: tuple[int, int, int, int], kept: bool, mask: str, seed: int, way: Way | None, halves: int
) -> None:
    tokens, *_, block = shape
    causal = np.tile(np.tri(block), (tokens // block, 1))
    masks = {"none": None, "constant": np.full((1, 1), 0.7), "causal": causal * drawn_like(causal, seed)}
    graph = divided(shape, seed, kept=kept, mask=masks[mask])
    samples = samples_of(graph, 5, seed)
    found = values_of(planned_so(graph, every(graph, way), halves), samples)
    expected = heads_side_by_side(graph, reference.run(graph, samples))
    for name, value in expected.items():
        if name in found:
            np.testing.assert_allclose(found[name], value, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(found[""], expected[graph.output], atol=1e-9)


def drawn_like(array: Array, seed: int) -> Array:
    return np.random.default_rng(seed).uniform(0.5, 1, array.shape)


def of_sums(graph: Graph, ways: dict[str, Way]) -> dict[str, int]:
    """What the sums over keys of a graph run, by operation."""
    program = planned_so(graph, ways)
    (name,) = (node.name for node in graph if node.operation == "sum_keys")
    found: dict[str, int] = {}
    for one in program.instructions:
        if program.layers[one.layer] == f"layer of {name}" and one.operation not in ("probe", "drop"):
            found[one.operation] = found.get(one.operation, 0) + 1
    return found


def test_sums_of_scores_by_token_shift_are_additions() -> None:
    assert of_sums(divided((8, 2, 8, 8)), {}) == {"add": 7}


def test_sums_of_packed_scores_are_rotations_of_their_rows() -> None:
    graph = divided((16, 2, 16, 16))
    assert of_sums(graph, every(graph, Way.PACKED)) == {"rotate_many": 4, "add": 4}


@pytest.mark.parametrize("way", [None, *PACKINGS])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("shape", [(3, 3, 2, 3), (4, 3, 4, 4), (6, 2, 2, 2)])
def test_padding_sums_up_to_nothing(shape: tuple[int, int, int, int], kept: bool, way: Way | None) -> None:
    """A polynomial that is a reciprocal on all sums of samples may be anything on others."""
    tokens, heads, *_ = shape
    whole = divided(shape, kept=kept)
    (sums,) = (node for node in whole if node.operation == "sum_keys")
    graph = replace(whole, output=sums.name, nodes=whole.nodes[: whole.nodes.index(sums) + 1])
    program = planned_so(graph, every(graph, way))
    evaluator = CleartextEvaluator(PARAMETERS, frozenset(program.rotation_steps))
    samples = samples_of(graph, program.layout.images, 0)
    vectors = pack(program.layout, program.input_layout, samples)
    (output,), _ = replay(
        program,
        evaluator,
        prepare(program, evaluator),
        [Slots(vector, level=program.input_level) for vector in vectors],
        lambda ciphertext, level: Slots(ciphertext.values, level=level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    by_head = output.values.reshape(-1, power_of_two(heads), program.layout.images, program.layout.tokens)
    padding = np.concatenate([by_head[:, heads:].ravel(), by_head[..., tokens:].ravel()])
    assert padding.size
    np.testing.assert_allclose(padding, 0, atol=1e-9)
