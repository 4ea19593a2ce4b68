"""GPT-NeoX and Llama against `transformers`, which keeps angles in float32; these set the bound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    GPTNeoXModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaModel,
    PreTrainedModel,
)
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from models import checkpoint, conversion, huggingface
from models.architectures.shapes import USUAL_MOST_TOKENS
from models.errors import ModelError
from models.graph import Graph
from models.reference import outputs
from models.training.module import deviation
from tests.backends.evaluating import planned, values_of
from tests.training.folders import TOLERANCE, WEIGHTS, numbers, saved

pytestmark = pytest.mark.usefixtures("no_gradients")

SIZES = {"num_hidden_layers": 2, "intermediate_size": 20, "vocab_size": 11, "max_position_embeddings": 7}
NEOX = SIZES | {"hidden_size": 24, "num_attention_heads": 3, "rope_parameters": None}
LLAMA = SIZES | {"hidden_size": 24, "num_attention_heads": 6, "num_key_value_heads": 2}


def neox(folder: Path, **changes: Any) -> PreTrainedModel:
    return saved(GPTNeoXForCausalLM(GPTNeoXConfig(**NEOX | changes)), folder)


def llama(folder: Path, **changes: Any) -> PreTrainedModel:
    return in_double(saved(LlamaForCausalLM(LlamaConfig(**LLAMA | changes)), folder))


def in_double(model: PreTrainedModel) -> PreTrainedModel:
    """The model with torch's norm in place of that of `transformers`, which rounds every value to float32."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, LlamaRMSNorm):
                norm = torch.nn.RMSNorm(child.weight.shape, child.variance_epsilon)
                norm.weight = child.weight
                setattr(module, name, norm)
    return model


def turned(**entries: Any) -> dict[str, Any]:
    return {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0} | entries}


def agree(folder: Path, expected: torch.Tensor) -> Graph:
    graph = huggingface.load(folder)
    found = outputs(graph, numbers())
    np.testing.assert_allclose(found, expected.reshape(found.shape), atol=1e-6, rtol=0)
    assert deviation(graph, numbers()) < TOLERANCE
    return graph


@pytest.mark.parametrize(
    "changes",
    [
        {},
        turned(rope_theta=100.0, partial_rotary_factor=0.5),
        turned(partial_rotary_factor=1.0),
        {"use_parallel_residual": False},
        {"attention_bias": False},
        {"hidden_act": "gelu_new"},
        {"tie_word_embeddings": True},
    ],
    ids=str,
)
def test_neox_predicts_like_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = neox(tmp_path, **changes)
    agree(tmp_path, model(torch.from_numpy(numbers())).logits)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        turned(rope_theta=500.0),
        {"num_key_value_heads": 6},
        {"num_key_value_heads": None},
        {"attention_bias": True, "mlp_bias": True},
        {"tie_word_embeddings": True},
        {"rms_norm_eps": 1e-2},
        {"hidden_act": "gelu"},
        {"partial_rotary_factor": 0.5},
    ],
    ids=str,
)
def test_llama_predicts_like_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = llama(tmp_path, **changes)
    agree(tmp_path, model(torch.from_numpy(numbers())).logits)


@pytest.mark.parametrize(
    ("kind", "config"), [(GPTNeoXModel, GPTNeoXConfig(**NEOX)), (LlamaModel, LlamaConfig(**LLAMA))]
)
def test_a_bare_decoder_gives_the_features_of_every_token(tmp_path: Path, kind: Any, config: Any) -> None:
    model = in_double(saved(kind(config), tmp_path))
    agree(tmp_path, model(torch.from_numpy(numbers())).last_hidden_state)


@pytest.mark.parametrize(("make", "old"), [(neox, {"rotary_pct": 0.5, "rotary_emb_base": 50.0}), (llama, {})])
def test_older_folders_say_their_positions_otherwise(tmp_path: Path, make: Any, old: dict[str, Any]) -> None:
    """And kept constants beside the weights."""
    model = make(tmp_path, **turned(rope_theta=50.0, partial_rotary_factor=0.5 if old else 1.0))
    path = tmp_path / "config.json"
    entries = json.loads(path.read_text())
    del entries["rope_parameters"]
    path.write_text(json.dumps(entries | (old or {"rope_theta": 50.0, "rope_scaling": None})))
    prefix = "gpt_neox.layers.0.attention" if old else "model.layers.0.self_attn"
    frequencies = {f"{prefix}.rotary_emb.inv_freq": np.ones(2, np.float32)}
    save_file(load_file(tmp_path / WEIGHTS) | frequencies, tmp_path / WEIGHTS, {"format": "pt"})
    agree(tmp_path, model(torch.from_numpy(numbers())).logits)


def test_a_long_model_has_the_usual_context_where_nobody_asks_for_one(tmp_path: Path) -> None:
    """Its masks have the square of it."""
    llama(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"max_position_embeddings": 10**9}))
    assert huggingface.described(tmp_path).data.tokens == USUAL_MOST_TOKENS
    with pytest.raises(ModelError, match=r"1,000,000 tokens are over 8,192"):
        huggingface.load(tmp_path, context=10**6)


def test_a_llama_is_kept_like_any_other(tmp_path: Path) -> None:
    graph = agree(tmp_path, llama(tmp_path)(torch.from_numpy(numbers())).logits)
    checkpoint.save_graph(graph, tmp_path / "kept", "original", "float64")
    kept = checkpoint.load_graph(tmp_path / "kept", "original")
    np.testing.assert_array_equal(outputs(kept, numbers()), outputs(graph, numbers()))
    refused = {graph[name].operation for name in graph.not_polynomial()}
    assert refused == {"softmax", "rms_norm", "silu"}


@pytest.mark.parametrize(
    ("make", "entries", "told"),
    [
        (llama, turned(rope_type="llama3", factor=8.0), "rope_scaling.rope_type"),
        (llama, {"rope_parameters": None, "rope_scaling": {"type": "linear", "factor": 2}}, "rope_type"),
        (llama, {"rope_scaling": {"type": "linear", "factor": 2}}, "rope_type"),
        (llama, {"rms_norm_eps": float("inf")}, "rms_norm_eps: Input should be a finite number"),
        (llama, {"vocab_size": 10**15}, "a table of 24,000,000,000,000,000 weights is over"),
        (llama, {"num_key_value_heads": 4}, "6 heads are not a multiple of 4 of keys and values"),
        (llama, {"head_dim": 8}, "6 heads of 8 features are not 24 in all"),
        (neox, turned(partial_rotary_factor=0.4), "positions turn features in pairs, and 0.4 of a head"),
        (neox, {"hidden_act": "tanh"}, "hidden_act"),
    ],
    ids=str,
)
def test_a_decoder_that_the_graph_cannot_express_is_refused(
    tmp_path: Path, make: Any, entries: dict[str, Any], told: str
) -> None:
    make(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
    with pytest.raises(ModelError, match=told):
        huggingface.load(tmp_path)


KEPT = {
    "depth_budget": {"depth": 6, "error": 1e-4},
    "margin": 1.2,
    "value_size": 1.0,
    "layer_norm": {"error": 1e-4, "margin": 1.2},
    "softmax": {"exponential": 5, "division": 7, "sums": 100, "margin": 1.2},
}


def test_a_llama_becomes_a_polynomial_without_training(tmp_path: Path) -> None:
    """RMSNorm and the gated SiLU by polynomials, softmax by its own; planned, it computes the same."""
    graph = agree(tmp_path, llama(tmp_path)(torch.from_numpy(numbers())).logits)
    settings = conversion.ConversionSettings.model_validate(KEPT)
    prepared = conversion.prepared(conversion.freeze(graph), numbers(), settings)
    assert {prepared[name].operation for name in prepared.not_polynomial()} == {"rms_norm", "silu"}
    substituted = conversion.substitute(prepared, conversion.calibrate(prepared, numbers()), settings)
    finished = conversion.finish(substituted, numbers(), settings)
    assert not finished.not_polynomial()
    expected, found = outputs(prepared, numbers()), outputs(finished, numbers())
    assert np.abs(found - expected).max() < 1e-3 * np.abs(expected).max()
    assert deviation(finished, numbers()) < TOLERANCE
    computed = values_of(planned(finished), np.eye(LLAMA["vocab_size"])[numbers()])[""]
    np.testing.assert_allclose(computed, found, atol=1e-8)
