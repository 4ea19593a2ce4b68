"""Attention whose heads lie in groups, each in ciphertexts of its own, equals the reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backends.tensor.operation import Way
from models import reference
from models.graph import Array, Graph
from models.shapes import heads_side_by_side
from tests.backends.evaluating import planned_so, values_of
from tests.backends.tensor.test_packed import PACKINGS, attention
from tests.backends.tensor.test_row_sums import divided, every, samples_of

#: Tokens, heads and features of a head, of which 512 slots have several chunks of groups.
SHAPES = ((33, 3, 8), (9, 6, 16), (17, 6, 8), (20, 12, 4), (5, 3, 64), (65, 8, 1))


def held(graph: Graph, ways: Mapping[str, Way], samples: Array, halves: int) -> None:
    """See that every value is the reference's."""
    program = planned_so(graph, ways, halves)
    found, expected = values_of(program, samples), heads_side_by_side(graph, reference.run(graph, samples))
    for name in {*found, graph.output}:
        value = found["" if name == graph.output else name] if name else found[""]
        np.testing.assert_allclose(value, expected[name or graph.output], atol=1e-9, err_msg=name)


@settings(max_examples=10)
@given(
    shape=some.sampled_from(SHAPES),
    kept=some.booleans(),
    masked=some.booleans(),
    seed=some.integers(0, 1000),
    way=some.sampled_from([None, *PACKINGS]),
    halves=some.sampled_from([1, 2]),
)
def test_attention_of_groups_equals_the_reference(
    shape: tuple[int, int, int], kept: bool, masked: bool, seed: int, way: Way | None, halves: int
) -> None:
    tokens, heads, size = shape
    causal = np.tri(tokens) * np.random.default_rng(seed).uniform(0.5, 1, (tokens, tokens))
    graph = divided((tokens, heads, size, tokens), seed, kept=kept, mask=causal if masked else None)
    held(graph, every(graph, way), samples_of(graph, 3, seed), halves)


@pytest.mark.parametrize("way", PACKINGS)
@pytest.mark.parametrize(
    ("shape", "chunks", "scores"),
    [
        ((33, 3, 8), 3, 3 * 5),  # 8 rows of 64 tokens: a head a chunk, and not 4 padded heads of 2 rows each
        ((17, 6, 8), 3, 3 * 3),  # 16 rows of 32 tokens: two heads a chunk
        ((65, 8, 1), 2, 2 * 65),  # 4 rows of 128 tokens: not all heads fit one ciphertext
    ],
)
def test_groups_take_fewer_ciphertexts(
    shape: tuple[int, int, int], chunks: int, scores: int, way: Way
) -> None:
    tokens, heads, size = shape
    program = planned_so(attention(tokens, heads, size, tokens, 0, None), {"scores": way, "mix": way})
    lies = {probe.name: probe.layout for probe in program.probes}
    assert lies["q"].chunks(program.layout) == chunks
    assert lies["scores"].number(program.layout) == scores
