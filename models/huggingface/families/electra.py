"""ELECTRA's discriminator (Clark et al. 2020): BERT with an embedding of another width."""

from __future__ import annotations

from models.huggingface.families import bert
from models.huggingface.family import Family, Head
from models.huggingface.kinds.encoder import EncoderConfig
from models.huggingface.rules import Linear

FAMILY = Family(
    model_type="electra",
    config=EncoderConfig,
    entries={
        **bert.ENTRIES,
        "dim": ("hidden_size", 256),
        "heads": ("num_attention_heads", 4),
        "hidden": ("intermediate_size", 1024),
        "width": ("embedding_size", 128),
    },
    fixed=bert.FIXED,
    prefix="electra.",
    left_out=bert.LEFT_OUT,
    tensors={**bert.BODY, "embedding.projection": Linear("embeddings_project")},
    heads=(
        Head(
            name="ElectraForSequenceClassification",
            mark="classifier.out_proj.weight",
            answers="labels",
            shape={"pooler": "gelu"},
            tensors={"head.pooler": Linear("classifier.dense"), "head": Linear("classifier.out_proj")},
        ),
        Head(
            name="ElectraForTokenClassification",
            mark="classifier.weight",
            answers="labels",
            shape={"pool": "none"},
            tensors={"head": Linear("classifier")},
        ),
        Head(name="ElectraModel", answers="features", shape={"pool": "none", "head": False}),
    ),
)
