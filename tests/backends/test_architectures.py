"""Each architecture, converted to polynomials, runs on the cleartext backend equal to its reference."""

from __future__ import annotations

import numpy as np
import pytest

from models.architectures import registry
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.architectures.swin import SwinShape
from models.architectures.vit import VitShape
from models.conversion import ConversionSettings, fold, to_polynomial
from models.conversion.settings import LayerNormSettings
from tests.backends.test_engine import assert_equal
from tests.models.architectures.small import SMALL, Small, build, drawn, inputs
from tests.models.conversion.substituted import substituted
from tests.toy import ROUND_TRIPS

SETTINGS = ConversionSettings(
    attention_degree=4,
    mlp_degree=4,
    margin=1.2,
    value_size=1.0,
    layer_norm=LayerNormSettings(error=0.2, margin=1.5),
)


@pytest.mark.parametrize("name", ["vit", "swin", "gpt", "bert"])
def test_power_softmax(name: str) -> None:
    options = Options(attention="power_softmax", length_scaling="none", norm="layer", mlp_norm=False)
    graph, met = substituted(name, options, samples=8)
    assert_equal(fold(graph), met[:2], ROUND_TRIPS)


@pytest.mark.parametrize("name", SMALL)
def test_a_converted_architecture(name: str) -> None:
    graph = build(name, Options(norm="layer", mlp_norm=False))
    polynomial = to_polynomial(graph, inputs(graph, 8), SETTINGS)
    program = assert_equal(polynomial, inputs(graph, 2), ROUND_TRIPS)
    assert program.counts["round_trips"] > 0


@pytest.mark.parametrize("tokens", [197, 512])
def test_as_many_tokens_as_published_models_have(tokens: int) -> None:
    shape = VitShape(dim=4, heads=2, blocks=1, mlp_ratio=2)
    graph = registry.build(shape, Options(), DataShape(tokens, 3, 2), {}, np.random.default_rng(0), "long")
    met = np.random.default_rng(1).normal(size=(8, tokens, 3))
    assert_equal(to_polynomial(graph, met, SETTINGS), met[:1], ROUND_TRIPS)


@pytest.mark.parametrize(("window", "narrowed"), [(3, 0), (7, 2)])
def test_windows_whose_tokens_are_no_power_of_two_are_padded_one_by_one(window: int, narrowed: int) -> None:
    """Shifted ones and their masks, and a merge to a grid that is one window, biases of scores included."""
    shape = SwinShape(dim=4, depths=(2, 1), heads=(2, 2), window=window, mlp_ratio=2)
    small = Small(shape, DataShape((2 * window) ** 2, 3, 2))
    graph = drawn(small, Options(), "windows")
    polynomial = to_polynomial(graph, inputs(graph, 8), SETTINGS)
    program = assert_equal(polynomial, inputs(graph, 2), ROUND_TRIPS)
    assert program.layout.window == window**2
    assert program.output_layout.narrowed == narrowed


def test_what_merges_tokens_gives_their_places_to_features() -> None:
    """A stream of 8 features is 8 rows of 256 tokens, then 32 of 64, then 128 of 16: a ciphertext each."""
    shape = SwinShape(dim=8, depths=(1, 1, 1), heads=(2, 2, 4), window=2, mlp_ratio=1)
    graph = registry.build(shape, Options(), DataShape(256, 4, 2), {}, np.random.default_rng(0), "stages")
    program = assert_equal(to_polynomial(graph, inputs(graph, 8), SETTINGS), inputs(graph, 2), ROUND_TRIPS)
    chunks = {one.name: one.layout.chunks(program.layout) for one in program.probes if one.layout.rows}
    assert chunks["merging.0.merged"] == chunks["merging.1.merged"] == 1
    assert program.layout.images == 1
    assert program.output_layout.narrowed == 4
