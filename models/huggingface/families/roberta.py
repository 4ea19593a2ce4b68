"""RoBERTa (Liu et al. 2019): BERT with positions counted from behind the number of padding."""

from __future__ import annotations

from models.huggingface.families import bert
from models.huggingface.family import Family, Head
from models.huggingface.kinds.encoder import EncoderConfig
from models.huggingface.rules import Linear

FAMILY = Family(
    model_type="roberta",
    config=EncoderConfig,
    entries={**bert.ENTRIES, "symbols": ("vocab_size", 50265), "padding": ("pad_token_id", 1)},
    fixed=bert.FIXED,
    prefix="roberta.",
    left_out=bert.LEFT_OUT,
    tensors=bert.BODY,
    heads=(
        Head(
            name="RobertaForSequenceClassification",
            mark="classifier.out_proj.weight",
            answers="labels",
            shape={"pooler": True},
            tensors={"head.pooler": Linear("classifier.dense"), "head": Linear("classifier.out_proj")},
        ),
        Head(
            name="RobertaForTokenClassification",
            mark="classifier.weight",
            answers="labels",
            shape={"pool": "none"},
            tensors={"head": Linear("classifier")},
        ),
        Head(name="RobertaModel", answers="features", shape={"pool": "none", "head": False}),
    ),
)
