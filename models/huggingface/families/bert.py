"""BERT (Devlin et al. 2019), a bare one and classifiers of sentences."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.encoder import EncoderConfig
from models.huggingface.rules import Linear, Norm, Symbols, Table

#: The entries that BERT shares with RoBERTa and ELECTRA, and those that have one value.
ENTRIES = {
    "dim": ("hidden_size", 768),
    "heads": ("num_attention_heads", 12),
    "blocks": ("num_hidden_layers", 12),
    "hidden": ("intermediate_size", 3072),
    "activation": ("hidden_act", "gelu"),
    "epsilon": ("layer_norm_eps", 1e-12),
    "symbols": ("vocab_size", 30522),
    "positions": ("max_position_embeddings", 512),
    "types": ("type_vocab_size", 2),
}
FIXED = {"position_embedding_type": "absolute", "is_decoder": False, "add_cross_attention": False}
#: The tensors that it shares with them. Token types are all 0, and padding is found in the input.
BODY: Table = {
    "embedding": Symbols(
        "embeddings.word_embeddings", "embeddings.position_embeddings", "embeddings.token_type_embeddings"
    ),
    "embedding.norm": Norm("embeddings.LayerNorm"),
    "blocks.*.attention.q": Linear("encoder.layer.*.attention.self.query"),
    "blocks.*.attention.k": Linear("encoder.layer.*.attention.self.key"),
    "blocks.*.attention.v": Linear("encoder.layer.*.attention.self.value"),
    "blocks.*.attention.projection": Linear("encoder.layer.*.attention.output.dense"),
    "blocks.*.attention.norm": Norm("encoder.layer.*.attention.output.LayerNorm"),
    "blocks.*.mlp.expand": Linear("encoder.layer.*.intermediate.dense"),
    "blocks.*.mlp.projection": Linear("encoder.layer.*.output.dense"),
    "blocks.*.mlp.norm": Norm("encoder.layer.*.output.LayerNorm"),
}
#: The numbers of the positions, which old versions stored, and the pooler, which not every head reads.
LEFT_OUT = r"embeddings\.position_ids|pooler\.dense\.(weight|bias)"

FAMILY = Family(
    model_type="bert",
    config=EncoderConfig,
    entries=ENTRIES,
    fixed=FIXED,
    prefix="bert.",
    left_out=LEFT_OUT,
    tensors={**BODY, "head.pooler": Linear("pooler.dense")},
    heads=(
        Head(
            name="BertForSequenceClassification",
            mark="classifier.weight",
            answers="labels",
            shape={"pooler": True},
            tensors={"head": Linear("classifier")},
        ),
        Head(
            name="BertForTokenClassification",
            mark="classifier.weight",
            answers="labels",
            shape={"pool": "none"},
            tensors={"head": Linear("classifier")},
        ),
        Head(name="BertModel", answers="features", shape={"pool": "none", "head": False}),
    ),
)
