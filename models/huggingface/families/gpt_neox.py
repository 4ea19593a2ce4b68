"""GPT-NeoX (Black et al. 2022), which Pythia is too: rotary positions, attention and MLP in parallel."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.decoder import ROPE_TYPE, DecoderConfig
from models.huggingface.rules import Linear, Norm, Part, Symbols

_QKV = "layers.*.attention.query_key_value"

FAMILY = Family(
    model_type="gpt_neox",
    config=DecoderConfig,
    entries={
        "dim": ("hidden_size", 6144),
        "heads": ("num_attention_heads", 64),
        "blocks": ("num_hidden_layers", 44),
        "hidden": ("intermediate_size", 24576),
        "activation": ("hidden_act", "gelu"),
        "epsilon": ("layer_norm_eps", 1e-5),
        "symbols": ("vocab_size", 50432),
        "positions": ("max_position_embeddings", 2048),
        "parallel": ("use_parallel_residual", True),
        "bias": ("attention_bias", True),
        "turned": ("rope_parameters.partial_rotary_factor|partial_rotary_factor|rotary_pct", 0.25),
        "base": ("rope_parameters.rope_theta|rope_theta|rotary_emb_base", 10000.0),
        "rope": (ROPE_TYPE, "default"),
        "tied": ("tie_word_embeddings", False),
    },
    prefix="gpt_neox.",
    left_out=r"layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)",
    tensors={
        "embedding": Symbols("embed_in", tied="embed_out"),
        "blocks.*.attention.norm": Norm("layers.*.input_layernorm"),
        "blocks.*.attention.q": Part(_QKV, 0, by_head=True, bias="bias"),
        "blocks.*.attention.k": Part(_QKV, 1, by_head=True, bias="bias"),
        "blocks.*.attention.v": Part(_QKV, 2, by_head=True, bias="bias"),
        "blocks.*.attention.projection": Linear("layers.*.attention.dense", bias="bias"),
        "blocks.*.mlp.norm": Norm("layers.*.post_attention_layernorm"),
        "blocks.*.mlp.expand": Linear("layers.*.mlp.dense_h_to_4h"),
        "blocks.*.mlp.projection": Linear("layers.*.mlp.dense_4h_to_h"),
        "head.norm": Norm("final_layer_norm"),
        "head": Linear("embed_out", bias=False, tied="embed_in"),
    },
    heads=(
        Head(name="GPTNeoXForCausalLM", mark="embed_out.weight", answers="symbols"),
        Head(name="GPTNeoXModel", answers="features", shape={"head": False}),
    ),
)
