"""A model that the engine was not shaped for, layer by layer, on every library at INSECURE toy parameters."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.harness import bootstraps, layer_bits, logit_bits, refreshes, run
from tests.random_vit import random_inputs, random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

LEAST_BITS = 12.0


def test_agrees_layer_by_layer_with_round_trips(backend: str, tmp_path: Path) -> None:
    """3 blocks, dim 24, 3 heads, 12 tokens, degrees 5 and 13: nothing is a power of two."""
    graph, inputs = random_vit(1), random_inputs(1, 4, 12, 5)
    ran = run(backend, graph, ROUND_TRIPS, inputs, tmp_path, probes=True)
    bits = layer_bits(ran, graph, inputs)
    assert len(bits) >= 3 * 10
    assert min(bits.values()) >= LEAST_BITS, bits
    assert refreshes(ran) >= 1
    assert refreshes(ran) == ran.program.counts["round_trips"]


def test_agrees_layer_by_layer_with_bootstraps_or_refuses(backend: str, tmp_path: Path) -> None:
    if not bootstraps(backend):
        return
    graph, inputs = random_vit(1), random_inputs(1, 4, 12, 5)
    ran = run(backend, graph, BOOTSTRAPS, inputs, tmp_path, probes=True)
    bits = layer_bits(ran, graph, inputs)
    assert min(bits.values()) >= LEAST_BITS, bits
    assert refreshes(ran) == ran.program.counts["bootstraps"] >= 1
    assert ran.program.counts["round_trips"] == 0


def test_a_batch_that_spans_several_ciphertexts(backend: str, tmp_path: Path) -> None:
    """Ten samples, four a ciphertext, and an MLP whose hidden features span two ciphertexts."""
    graph, inputs = random_vit(4, blocks=1), random_inputs(4, 10, 12, 5)
    ran = run(backend, graph, ROUND_TRIPS, inputs, tmp_path)
    assert len(ran.evaluation.measured) == 3
    assert logit_bits(ran, graph, inputs) >= LEAST_BITS


def test_an_interval_that_costs_a_level(backend: str, tmp_path: Path) -> None:
    """Chebyshev series on another interval than [-1, 1]: the input is scaled first."""
    graph, inputs = random_vit(5, blocks=1, interval=(-3.0, 2.0)), random_inputs(5, 4, 12, 5)
    ran = run(backend, graph, ROUND_TRIPS, inputs, tmp_path)
    assert logit_bits(ran, graph, inputs) >= LEAST_BITS
