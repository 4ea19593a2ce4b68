"""DistilBERT (Sanh et al. 2019): BERT without types of token, under names of its own."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.encoder import EncoderConfig
from models.huggingface.rules import Linear, Norm, Symbols

#: A constant, as its class has it; the others keep the epsilon of their LayerNorms in an entry.
_EPSILON = 1e-12

FAMILY = Family(
    model_type="distilbert",
    config=EncoderConfig,
    entries={
        "dim": ("dim|hidden_size", 768),
        "heads": ("n_heads|num_attention_heads", 12),
        "blocks": ("n_layers|num_hidden_layers", 6),
        "hidden": ("hidden_dim", 3072),
        "activation": ("activation", "gelu"),
        "epsilon": ("", _EPSILON),
        "symbols": ("vocab_size", 30522),
        "positions": ("max_position_embeddings", 512),
    },
    prefix="distilbert.",
    left_out=r"embeddings\.position_ids",
    tensors={
        "embedding": Symbols("embeddings.word_embeddings", "embeddings.position_embeddings"),
        "embedding.norm": Norm("embeddings.LayerNorm"),
        "blocks.*.attention.q": Linear("transformer.layer.*.attention.q_lin"),
        "blocks.*.attention.k": Linear("transformer.layer.*.attention.k_lin"),
        "blocks.*.attention.v": Linear("transformer.layer.*.attention.v_lin"),
        "blocks.*.attention.projection": Linear("transformer.layer.*.attention.out_lin"),
        "blocks.*.attention.norm": Norm("transformer.layer.*.sa_layer_norm"),
        "blocks.*.mlp.expand": Linear("transformer.layer.*.ffn.lin1"),
        "blocks.*.mlp.projection": Linear("transformer.layer.*.ffn.lin2"),
        "blocks.*.mlp.norm": Norm("transformer.layer.*.output_layer_norm"),
    },
    heads=(
        Head(
            name="DistilBertForSequenceClassification",
            mark="pre_classifier.weight",
            answers="labels",
            shape={"pooler": "relu"},
            tensors={"head.pooler": Linear("pre_classifier"), "head": Linear("classifier")},
        ),
        Head(
            name="DistilBertForTokenClassification",
            mark="classifier.weight",
            answers="labels",
            shape={"pool": "none"},
            tensors={"head": Linear("classifier")},
        ),
        Head(name="DistilBertModel", answers="features", shape={"pool": "none", "head": False}),
    ),
)
