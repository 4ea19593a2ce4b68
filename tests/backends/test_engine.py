"""Every polynomial operation, on any shape, equals the reference; levels, counts and keys are as planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.conformance.graphs import MODELS, Builder, normalised, samples
from backends.errors import PlanError
from backends.parameters import ParameterSet
from backends.planner import plan
from backends.program import Program
from models import reference
from models.graph import Graph
from models.operations import OPERATIONS
from models.reference import Inputs
from models.shapes import heads_side_by_side
from tests.backends.evaluating import PARAMETERS, REFRESH, evaluated
from tests.backends.graphs import shuffled

TOLERANCE = 1e-9

few = settings(max_examples=15)
seeds = st.integers(0, 2**32 - 1)


def assert_equal(graph: Graph, inputs: Inputs, parameters: ParameterSet = PARAMETERS) -> Program:
    """Every node's value is the reference's; the output comes in the shape of `reference.outputs`."""
    values, program = evaluated(graph, inputs, parameters)
    for name, expected in heads_side_by_side(graph, reference.run(graph, inputs)).items():
        if name in values:
            assert np.allclose(values[name], expected, atol=TOLERANCE), name
    if values[""].ndim == 3:
        assert np.allclose(values[""], reference.outputs(graph, inputs), atol=TOLERANCE)
    return program


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_each_kind(name: str) -> None:
    graph = MODELS[name]()
    assert_equal(graph, samples(graph, 3), replace(PARAMETERS, log_n=12))


def test_the_models_have_every_operation() -> None:
    run = {node.operation for make in MODELS.values() for node in make()}
    assert run == {name for name, operation in OPERATIONS.items() if operation.polynomial}


@st.composite
def attentions(draw: st.DrawFn) -> Graph:
    """Attention in blocks with every operation on scores, its values perhaps with padding to leave out."""
    blocks, block = draw(st.sampled_from([(1, 1), (1, 6), (1, 8), (2, 3), (3, 5), (4, 4), (2, 7)]))
    heads, size = draw(st.sampled_from([(1, 4), (2, 2), (3, 4), (5, 3), (4, 16), (6, 12)]))
    tokens, width, features = blocks * block, heads * size, draw(st.integers(1, 9))
    build = Builder(draw(seeds), tokens, features)
    random = build.random
    q, k = (build.heads("input", features, heads, size) for _ in range(2))
    v = build.linear("input", features, width)
    if draw(st.booleans()):
        squares = build.add("multiply", "input", "input")
        v = build.add("multiply", v, build.add("sum_features", squares, features=width))
    v = build.add("split_heads", v, heads=heads)
    if draw(st.booleans()):  # not clean: the padding holds the constant
        q, k, v = (build.power(x, 0.5, 1.0) for x in (q, k, v))
    p = build.add("scores", q, k, block=block)
    if draw(st.booleans()):
        arrays = {"scale": random.normal(size=heads), "shift": random.normal(size=heads)}
        p = build.add("affine", p, arrays=arrays, over="heads")
    if draw(st.booleans()):
        p = build.add(
            "bias", p, arrays={"bias": random.normal(size=(heads, block, block)) / 9}, repeat=blocks
        )
    if draw(st.booleans()):
        p = build.add("mask", p, arrays={"mask": random.uniform(0.1, 1, (tokens, block))})
    p = build.power(p, 0.1, 0.2, 0.3)
    mask = np.tile(np.tri(block), (blocks, 1)) * random.uniform(0.1, 1, (tokens, block))
    arrays = {"mask": mask} if draw(st.booleans()) else None
    merged = build.add("merge_heads", build.add("mix", p, v, arrays=arrays))
    build.linear(merged, width, draw(st.integers(1, 5)))
    return build.graph()


@few
@given(attentions(), st.integers(1, 3))
def test_attention_in_blocks(graph: Graph, count: int) -> None:
    assert_equal(graph, samples(graph, count))


@few
@given(seeds, st.integers(1, 9), st.sampled_from([3, 16, 20, 70]), st.sampled_from([2, 16, 33]))
def test_normalisation_over_features(seed: int, tokens: int, width: int, outputs: int) -> None:
    """What the conversion makes of LayerNorm: the side path is one ciphertext however wide the stream is."""
    build = Builder(seed, tokens, 5)
    x = build.linear("input", 5, width)
    x = build.add("add", x, build.linear(build.power(x, 0.2, 0.1, 0.1), width, width))
    before = len(build.nodes)
    build.linear(normalised(build, x, width), width, outputs)
    graph = build.graph()
    program = assert_equal(graph, samples(graph, 2))
    side_path = {node.name for node in build.nodes[before + 1 : -2]}
    assert {len(probe.operands) for probe in program.probes if probe.name in side_path} == {1}


@few
@given(seeds, st.integers(2, 9), st.sampled_from([3, 16, 30, 70]), st.booleans(), st.data())
def test_tokens_are_gathered_and_merged(
    seed: int, tokens: int, width: int, dirty: bool, data: st.DataObject
) -> None:
    """After a merging there are fewer tokens than the layout holds; everything after respects that."""
    parts = data.draw(st.integers(1, 3))
    build = Builder(seed, tokens, 5)
    x = build.linear("input", 5, width)
    if dirty:
        x = build.power(x, 0.5, 1.0)
    x = build.add("gather_tokens", x, order=shuffled(build.random, range(tokens)))
    groups = build.random.integers(0, tokens, (data.draw(st.integers(1, tokens)), parts)).tolist()
    merged = build.add("merge_tokens", x, groups=groups)
    merged = build.add("multiply", merged, merged)
    merged = build.add("bias", merged, arrays={"bias": build.random.normal(size=parts * width)})
    q, k, v = (build.heads(merged, parts * width, 2, 4) for _ in range(3))
    p = build.power(build.add("scores", q, k), 0.1, 0.02, 0.03)
    y = build.linear(build.add("merge_heads", build.add("mix", p, v)), 8, 6, tokens=len(groups))
    y = build.add("add", y, build.linear(merged, parts * width, 6))
    build.linear(build.add("sum_tokens", build.power(y, 0.5, 1.0)), 6, 3)
    graph = build.graph()
    assert_equal(graph, samples(graph, 2))


@few
@given(seeds, st.integers(2, 9), st.lists(st.integers(0, 8), min_size=1, max_size=8), st.booleans())
def test_any_selection_of_tokens(seed: int, tokens: int, order: list[int], replicated: bool) -> None:
    build = Builder(seed, tokens, 5)
    x = build.linear("input", 5, 3)
    if replicated:
        x = build.add("sum_features", x, features=4)
    build.add("gather_tokens", x, order=[token % tokens for token in order])
    graph = build.graph()
    assert_equal(graph, samples(graph, 3))


def test_the_first_token_costs_no_level() -> None:
    build = Builder(0, 4, 3)
    build.linear(build.add("gather_tokens", "input", order=[0]), 3, 2)
    graph = build.graph()
    program = assert_equal(graph, samples(graph, 3))
    assert program.input_level == 1
    selecting = [i for i in program.instructions if program.layers[i.layer] == "layer of gather_tokens1"]
    assert [i.operation for i in selecting] == ["probe"]


@few
@given(seeds, st.sampled_from([5, 16, 40, 100]), st.integers(1, 6), st.sampled_from([4, 12, 16]))
def test_one_hot_tokens_by_number(seed: int, symbols: int, tokens: int, width: int) -> None:
    """Symbols span chunks; padding has no symbol and is told by the sum over features."""
    build = Builder(seed, tokens, symbols, one_hot=True)
    stream = build.linear("input", symbols, width, tokens=tokens)
    keep = build.add("sum_features", "input", features=width)
    v = build.add("split_heads", build.add("multiply", build.linear(stream, width, width), keep), heads=2)
    q, k = (build.heads(stream, width, 2, width // 2) for _ in range(2))
    p = build.power(build.add("scores", q, k), 0.1, 0.02, 0.03)
    mixed = build.linear(build.add("merge_heads", build.add("mix", p, v)), width, width)
    build.linear(build.add("add", stream, mixed), width, 3)
    graph = build.graph()
    numbers = build.random.integers(-1, symbols, (3, tokens))
    assert_equal(graph, numbers)
    assert_equal(graph, reference.dense(graph, numbers))


def test_many_symbols_cost_rotations_of_the_embedding_not_of_the_symbols() -> None:
    build = Builder(0, 8, 512, one_hot=True)
    stream = build.linear("input", 512, 16)
    build.add("add", stream, build.linear(stream, 16, 16))
    program = assert_equal(build.graph(), build.random.integers(0, 512, (2, 8)))
    assert program.layout.features == 16
    assert len(program.inputs) == 32
    embedding = [i for i in program.instructions if program.layers[i.layer] == "layer of linear1"]
    assert sum(step != 0 for i in embedding for step in i.steps) <= 16
    assert sum(len(i.plaintexts) for i in embedding if i.operation == "multiply_plain_sum") == 512


@few
@given(seeds, st.integers(1, 5), st.data())
def test_a_value_whose_features_are_equal_meets_anything(seed: int, tokens: int, data: st.DataObject) -> None:
    """Every operation after `sum_features`, in any order."""
    build = Builder(seed, tokens, 6)
    width = data.draw(st.sampled_from([6, 12, 20]))
    total = build.add("sum_features", build.linear("input", 6, 3), features=width)
    uniform, varied = np.full(width, 0.4), build.random.normal(size=width) / 3
    x = total
    for step in data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=4)):
        match step:
            case 0:
                x = build.add("affine", x, arrays={"scale": uniform, "shift": uniform})
            case 1:
                x = build.add("affine", x, arrays={"scale": varied, "shift": varied})
            case 2:
                x = build.add("bias", x, arrays={"bias": build.random.normal(size=(tokens, 1))})
            case 3:
                x = build.add("bias", x, arrays={"bias": varied})
            case 4:
                x = build.linear(x, width, width, tokens=tokens)
            case 5:
                x = build.add("sum_features", build.add("scale", x, factor=0.2), features=width)
            case 6:
                x = build.add("merge_heads", build.add("split_heads", x, heads=2))
            case 7:
                x = build.add("multiply", x, total)
            case 8:
                merged = build.add("merge_tokens", x, groups=[[token, 0] for token in range(tokens)])
                x = build.linear(merged, 2 * width, width)
            case 9:
                x = build.power(x, 0.1, 0.2)
    x = build.add("add", x, total)
    build.linear(build.add("sum_tokens", x), width, 2)
    graph = build.graph()
    assert_equal(graph, samples(graph, 2))


def test_a_language_model_answers_at_every_token() -> None:
    build = Builder(3, 6, 7, one_hot=True)
    build.linear(build.power(build.linear("input", 7, 4), 0.1, 0.3, 0.2), 4, 7)
    graph = build.graph()
    numbers = build.random.integers(0, 7, (5, 6))
    values, _ = evaluated(graph, numbers)
    assert values[""].shape == (5, 6, 7)
    assert np.allclose(values[""], reference.outputs(graph, numbers))


def test_attention_over_several_ciphertexts() -> None:
    """16 tokens × 64 features in 512 slots: two chunks, whose scores are summed up early."""
    build = Builder(1, 16, 6)
    stream = build.linear("input", 6, 64)
    q, k, v = (build.heads(stream, 64, 4, 16) for _ in range(3))
    p = build.power(build.add("scores", q, k), 0.0, 0.1, 0.01)
    mixed = build.add("merge_heads", build.add("mix", p, v))
    build.add("add", stream, build.linear(mixed, 64, 64))
    graph = build.graph()
    program = assert_equal(graph, samples(graph, 2))
    assert program.layout.images == 1
    assert program.layout.features == 32
    scores = [i for i in program.instructions if program.layers[i.layer].startswith("layer of scores")]
    assert program.layout.features // 4 == 8  # feature rows of a head, so that 16 token shifts lie in 2
    assert sum(i.operation == "relinearise" for i in scores) == 2


def test_a_sample_whose_tokens_do_not_fit() -> None:
    build = Builder(1, 513, 4)
    build.linear("input", 4, 4)
    with pytest.raises(
        PlanError, match="1024 slots for the tokens of a sample and the parameter set has 512"
    ):
        plan(build.graph(), PARAMETERS, REFRESH)


def test_values_that_would_have_to_lie_in_two_ways() -> None:
    build = Builder(1, 4, 4)
    build.add("split_heads", build.add("merge_tokens", "input", groups=[[0, 1], [2, 3]]), heads=2)
    with pytest.raises(PlanError, match="merge_tokens1 is read by attention; put a linear map between"):
        plan(build.graph(), PARAMETERS, REFRESH)


def test_a_mask_that_leaves_everything_out() -> None:
    build = Builder(1, 4, 4)
    q, k, v = (build.heads("input", 4, 2, 2) for _ in range(3))
    mixed = build.add("mix", build.add("scores", q, k), v, arrays={"mask": np.zeros((4, 4))})
    build.add("merge_heads", mixed)
    program = assert_equal(build.graph(), samples(build.graph(), 2))
    assert sum(program.counts.values()) == 0


def test_a_mask_that_leaves_a_whole_shift_out() -> None:
    build = Builder(1, 4, 4)
    q, k = (build.heads("input", 4, 2, 2) for _ in range(2))
    build.add("mask", build.add("scores", q, k), arrays={"mask": np.eye(4)})
    program = assert_equal(build.graph(), samples(build.graph(), 2))
    assert len(program.outputs) == 1
