"""DeiT (Touvron et al. 2021): a ViT with one more leading token, whose classifier a teacher taught."""

from __future__ import annotations

from models.huggingface.families import vit
from models.huggingface.family import Family, Head
from models.huggingface.kinds.vit import VitConfig
from models.huggingface.rules import Averaged, Linear, Patches

FAMILY = Family(
    model_type="deit",
    config=VitConfig,
    entries={**vit.ENTRIES, "leading": ("", 2)},
    prefix="deit.",
    renamings=vit.RENAMINGS,
    left_out=vit.LEFT_OUT,
    tensors={
        **vit.BODY,
        "embedding": Patches(
            "embeddings.patch_embeddings.projection",
            "embeddings.position_embeddings",
            leading=("embeddings.cls_token", "embeddings.distillation_token"),
        ),
    },
    heads=vit.heads(
        "DeiTModel",
        Head(
            name="DeiTForImageClassification",
            mark="classifier.weight",
            answers="labels",
            optional=True,
            tensors={"head": Linear("classifier")},
        ),
        Head(
            name="DeiTForImageClassificationWithTeacher",
            mark="cls_classifier.weight",
            answers="labels",
            shape={"pool": "first_two"},
            tensors={"head": Averaged(("cls_classifier", "distillation_classifier"))},
        ),
    ),
)
