"""ViT (Dosovitskiy et al. 2021), a classifier or a bare one."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.vit import POOLED, VitConfig
from models.huggingface.rules import Linear, Norm, Patches, Table

#: The entries that ViT shares with DeiT.
ENTRIES = {
    "dim": ("hidden_size", 768),
    "heads": ("num_attention_heads", 12),
    "blocks": ("num_hidden_layers", 12),
    "hidden": ("intermediate_size", 3072),
    "activation": ("hidden_act", "gelu"),
    "epsilon": ("layer_norm_eps", 1e-12),
    "size": ("image_size", 224),
    "patch": ("patch_size", 16),
    "channels": ("num_channels", 3),
    "bias": ("qkv_bias", True),
    "leading": ("", 1),
    "pooler_activation": ("pooler_act", "tanh"),
    "pooler_features": ("pooler_output_size", None),
}
#: What newer versions of `transformers` name otherwise.
RENAMINGS = (
    (r"(^|\.)layers\.(?=\d+\.)", r"\1encoder.layer."),
    (r"\.attention\.q_proj\.", ".attention.attention.query."),
    (r"\.attention\.k_proj\.", ".attention.attention.key."),
    (r"\.attention\.v_proj\.", ".attention.attention.value."),
    (r"\.attention\.o_proj\.", ".attention.output.dense."),
    (r"\.mlp\.fc1\.", ".intermediate.dense."),
    (r"\.mlp\.fc2\.", ".output.dense."),
)
#: The tensors that it shares with DeiT.
BODY: Table = {
    "embedding": Patches(
        "embeddings.patch_embeddings.projection",
        "embeddings.position_embeddings",
        leading=("embeddings.cls_token",),
    ),
    "blocks.*.attention.norm": Norm("encoder.layer.*.layernorm_before"),
    "blocks.*.attention.q": Linear("encoder.layer.*.attention.attention.query", bias="bias"),
    "blocks.*.attention.k": Linear("encoder.layer.*.attention.attention.key", bias="bias"),
    "blocks.*.attention.v": Linear("encoder.layer.*.attention.attention.value", bias="bias"),
    "blocks.*.attention.projection": Linear("encoder.layer.*.attention.output.dense"),
    "blocks.*.mlp.norm": Norm("encoder.layer.*.layernorm_after"),
    "blocks.*.mlp.expand": Linear("encoder.layer.*.intermediate.dense"),
    "blocks.*.mlp.projection": Linear("encoder.layer.*.output.dense"),
    "head.norm": Norm("layernorm"),
    "head": Linear("pooler.dense"),
}
#: What stands for patches that a training hid, and the pooler, which a classifier does not read.
LEFT_OUT = r"embeddings\.mask_token|pooler\.dense\.(weight|bias)"


def heads(name: str, *classifiers: Head) -> tuple[Head, ...]:
    """Those classifiers, and the bare model of this name: its pooler's features, or its first token's."""
    pooled = Head(name=name, mark="pooler.dense.weight", answers="features", shape={"activation": POOLED})
    return (*classifiers, pooled, Head(name=name, answers="features", shape={"head": False}))


FAMILY = Family(
    model_type="vit",
    config=VitConfig,
    entries=ENTRIES,
    prefix="vit.",
    renamings=RENAMINGS,
    left_out=LEFT_OUT,
    tensors=BODY,
    heads=heads(
        "ViTModel",
        Head(
            name="ViTForImageClassification",
            mark="classifier.weight",
            answers="labels",
            optional=True,
            tensors={"head": Linear("classifier")},
        ),
    ),
)
