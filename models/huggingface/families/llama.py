"""Llama (Touvron et al. 2023) and others that say they are one: root mean square, rotary positions, gates.

Keys and values that several heads share are given to each of them.
"""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.decoder import ROPE_TYPE, DecoderConfig
from models.huggingface.rules import Grouped, Linear, Norm, Symbols

FAMILY = Family(
    model_type="llama",
    config=DecoderConfig,
    entries={
        "dim": ("hidden_size", 4096),
        "heads": ("num_attention_heads", 32),
        "grouped": ("num_key_value_heads", None),
        "width": ("head_dim", None),
        "blocks": ("num_hidden_layers", 32),
        "hidden": ("intermediate_size", 11008),
        "activation": ("hidden_act", "silu"),
        "epsilon": ("rms_norm_eps", 1e-6),
        "symbols": ("vocab_size", 32000),
        "positions": ("max_position_embeddings", 2048),
        "norm": ("", "rms"),
        "gated": ("", True),
        "bias": ("attention_bias", False),
        "mlp_bias": ("mlp_bias", False),
        "turned": ("", 1.0),  # whatever is said: transformers turns all
        "base": ("rope_parameters.rope_theta|rope_theta", 10000.0),
        "rope": (ROPE_TYPE, "default"),
        "tied": ("tie_word_embeddings", False),
    },
    prefix="model.",
    left_out=r"layers\.\d+\.self_attn\.rotary_emb\.inv_freq",
    tensors={
        "embedding": Symbols("embed_tokens", tied="lm_head"),
        "blocks.*.attention.norm": Norm("layers.*.input_layernorm"),
        "blocks.*.attention.q": Linear("layers.*.self_attn.q_proj", bias="bias"),
        "blocks.*.attention.k": Grouped("layers.*.self_attn.k_proj", bias="bias"),
        "blocks.*.attention.v": Grouped("layers.*.self_attn.v_proj", bias="bias"),
        "blocks.*.attention.projection": Linear("layers.*.self_attn.o_proj", bias="bias"),
        "blocks.*.mlp.norm": Norm("layers.*.post_attention_layernorm"),
        "blocks.*.mlp.gate": Linear("layers.*.mlp.gate_proj", bias="mlp_bias"),
        "blocks.*.mlp.expand": Linear("layers.*.mlp.up_proj", bias="mlp_bias"),
        "blocks.*.mlp.projection": Linear("layers.*.mlp.down_proj", bias="mlp_bias"),
        "head.norm": Norm("norm"),
        "head": Linear("lm_head", bias=False, tied="embed_tokens"),
    },
    heads=(
        Head(name="LlamaForCausalLM", mark="lm_head.weight", answers="symbols"),
        Head(name="LlamaModel", answers="features", shape={"head": False}),
    ),
)
