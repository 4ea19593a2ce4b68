"""Swin (Liu et al. 2021), a classifier or a bare one."""

from __future__ import annotations

from models.huggingface.family import Family, Head
from models.huggingface.kinds.swin import SwinConfig
from models.huggingface.rules import Linear, Norm, Offsets, Patches

_BLOCK = "encoder.layers.*.blocks.*"

FAMILY = Family(
    model_type="swin",
    config=SwinConfig,
    entries={
        "dim": ("embed_dim", 96),
        "depths": ("depths", (2, 2, 6, 2)),
        "heads": ("num_attention_heads|num_heads", (3, 6, 12, 24)),
        "window": ("window_size", 7),
        "mlp_ratio": ("mlp_ratio", 4.0),
        "activation": ("hidden_act", "gelu"),
        "epsilon": ("layer_norm_eps", 1e-5),
        "size": ("image_size", 224),
        "patch": ("patch_size", 4),
        "channels": ("num_channels", 3),
        "bias": ("qkv_bias", True),
    },
    fixed={"use_absolute_embeddings": False},
    prefix="swin.",
    left_out=r"embeddings\.mask_token|.*\.relative_position_index",
    tensors={
        "embedding": Patches("embeddings.patch_embeddings.projection"),
        "embedding.norm": Norm("embeddings.norm"),
        "stages.*.blocks.*.attention.norm": Norm(f"{_BLOCK}.layernorm_before"),
        "stages.*.blocks.*.attention.q": Linear(f"{_BLOCK}.attention.self.query", bias="bias"),
        "stages.*.blocks.*.attention.k": Linear(f"{_BLOCK}.attention.self.key", bias="bias"),
        "stages.*.blocks.*.attention.v": Linear(f"{_BLOCK}.attention.self.value", bias="bias"),
        "stages.*.blocks.*.attention.relative": Offsets(
            f"{_BLOCK}.attention.self.relative_position_bias_table"
        ),
        "stages.*.blocks.*.attention.projection": Linear(f"{_BLOCK}.attention.output.dense"),
        "stages.*.blocks.*.mlp.norm": Norm(f"{_BLOCK}.layernorm_after"),
        "stages.*.blocks.*.mlp.expand": Linear(f"{_BLOCK}.intermediate.dense"),
        "stages.*.blocks.*.mlp.projection": Linear(f"{_BLOCK}.output.dense"),
        "merging.*.norm": Norm("encoder.layers.*.downsample.norm"),
        "merging.*.reduction": Linear("encoder.layers.*.downsample.reduction", bias=False),
        "head.norm": Norm("layernorm"),
    },
    heads=(
        Head(
            name="SwinForImageClassification",
            mark="classifier.weight",
            answers="labels",
            optional=True,
            tensors={"head": Linear("classifier")},
        ),
        Head(name="SwinModel", answers="features", shape={"head": False}),
    ),
)
