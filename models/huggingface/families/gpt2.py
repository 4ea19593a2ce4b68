"""GPT-2 (Radford et al. 2019): its linear maps stored transposed, queries, keys and values as one."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.decoder import DecoderConfig
from models.huggingface.rules import Linear, Norm, Part, Symbols

FAMILY = Family(
    model_type="gpt2",
    config=DecoderConfig,
    entries={
        "dim": ("hidden_size|n_embd", 768),
        "heads": ("num_attention_heads|n_head", 12),
        "blocks": ("num_hidden_layers|n_layer", 12),
        "hidden": ("n_inner", None),
        "activation": ("activation_function", "gelu_new"),
        "epsilon": ("layer_norm_epsilon", 1e-5),
        "symbols": ("vocab_size", 50257),
        "positions": ("max_position_embeddings|n_positions", 1024),
        "scaled": ("scale_attn_weights", True),
        "scaled_by_layer": ("scale_attn_by_inverse_layer_idx", False),
        "tied": ("tie_word_embeddings", True),
    },
    fixed={"add_cross_attention": False},
    prefix="transformer.",
    left_out=r"h\.\d+\.attn\.(bias|masked_bias)",
    tensors={
        "embedding": Symbols("wte", "wpe", tied="lm_head"),
        "blocks.*.attention.norm": Norm("h.*.ln_1"),
        "blocks.*.attention.q": Part("h.*.attn.c_attn", 0, transposed=True),
        "blocks.*.attention.k": Part("h.*.attn.c_attn", 1, transposed=True),
        "blocks.*.attention.v": Part("h.*.attn.c_attn", 2, transposed=True),
        "blocks.*.attention.projection": Linear("h.*.attn.c_proj", transposed=True),
        "blocks.*.mlp.norm": Norm("h.*.ln_2"),
        "blocks.*.mlp.expand": Linear("h.*.mlp.c_fc", transposed=True),
        "blocks.*.mlp.projection": Linear("h.*.mlp.c_proj", transposed=True),
        "head.norm": Norm("ln_f"),
        "head": Linear("lm_head", bias=False, tied="wte"),
    },
    heads=(
        Head(name="GPT2LMHeadModel", answers="symbols"),
        # The body alone, whose head is its embedding.
        Head(name="GPT2Model", answers="symbols"),
    ),
)
