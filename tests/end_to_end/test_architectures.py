"""One small instance of each architecture on every library, at INSECURE toy parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.parameters import ParameterSet
from models.embedding import parted
from models.reference import logits
from reports.scoring.precision import precision_bits
from tests.end_to_end.harness import bootstraps, layer_bits, logit_bits, refreshes, run
from tests.small_models import MODELS, looked_up, small_inputs, small_llama, small_model
from tests.toy import BOOTSTRAPS, ROUND_TRIPS, SLOTS_FIRST_BOOTSTRAPS

LEAST_BITS = 10.0


@pytest.mark.parametrize("kind", MODELS)
def test_it_agrees_layer_by_layer_with_the_reference(backend: str, kind: str, tmp_path: Path) -> None:
    graph, inputs = small_model(kind), small_inputs(kind, 3, seed=2)
    ran = run(backend, graph, ROUND_TRIPS, inputs, tmp_path, probes=True)
    bits = layer_bits(ran, graph, inputs)
    assert min(bits.values()) >= LEAST_BITS, bits
    assert refreshes(ran) == ran.program.counts["round_trips"] * len(ran.evaluation.measured)


def test_the_key_owner_may_hold_the_embedding(backend: str, tmp_path: Path) -> None:
    """A ciphertext of 8 features, which fill it, and one that tells padding: 40 one-hot symbols are five."""
    whole, inputs = looked_up(), small_inputs("bert", 3, seed=2)
    apart = parted(whole)
    ran = run(backend, apart.served, ROUND_TRIPS, apart.encrypted(inputs), tmp_path)
    assert len(ran.program.inputs) == 2
    bits = precision_bits(ran.logits, logits(whole, inputs))
    assert bits is not None
    assert bits >= LEAST_BITS


def test_a_llama_of_which_nothing_is_trained_runs_encrypted(backend: str, tmp_path: Path) -> None:
    """Rotary positions, RMSNorm, a causal softmax and the gated SiLU, all by polynomials."""
    graph, inputs = small_llama(), small_inputs("gpt", 2, seed=3)
    ran = run(backend, graph, ROUND_TRIPS, inputs, tmp_path)
    assert logit_bits(ran, graph, inputs) >= LEAST_BITS
    assert refreshes(ran) >= 1


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("swin", BOOTSTRAPS), ("gpt", SLOTS_FIRST_BOOTSTRAPS)],
    ids=["swin, coefficients to slots first", "gpt, slots to coefficients first"],
)
def test_it_bootstraps_where_the_library_can(
    backend: str, kind: str, parameters: ParameterSet, tmp_path: Path
) -> None:
    if not bootstraps(backend):
        return
    graph, inputs = small_model(kind), small_inputs(kind, 2, seed=3)
    ran = run(backend, graph, parameters, inputs, tmp_path)
    assert logit_bits(ran, graph, inputs) >= LEAST_BITS
    assert refreshes(ran) >= 1
