"""ViT: patches cut by a convolution, and a [CLS] token that the position embedding gives its content."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from models.architectures.shapes import DataShape
from models.architectures.vit import VitShape
from models.data import preparation as prepared
from models.errors import ModelError
from models.graph import Array, Node
from models.huggingface import config, encoder, images
from models.huggingface.folder import Source
from models.huggingface.imported import Imported, Request
from models.huggingface.tensors import Tensors
from models.huggingface.vit_config import VitConfig

#: What stores the model without a head, or newer versions of `transformers`, name otherwise.
_RENAMINGS = (
    (r"^(?=(embeddings|encoder|layers|layernorm|pooler)\.)", "vit."),
    (r"^vit\.layers\.", "vit.encoder.layer."),
    (r"\.attention\.q_proj\.", ".attention.attention.query."),
    (r"\.attention\.k_proj\.", ".attention.attention.key."),
    (r"\.attention\.v_proj\.", ".attention.attention.value."),
    (r"\.attention\.o_proj\.", ".attention.output.dense."),
    (r"\.mlp\.fc1\.", ".intermediate.dense."),
    (r"\.mlp\.fc2\.", ".output.dense."),
)
#: What stands for patches that a training hid.
_MASK = r"vit\.embeddings\.mask_token"
_POOLER = "vit.pooler.dense"
#: Activations of a pooler.
_POOLED = ("tanh", *get_args(config.Activation))

_BLOCK = {
    "attention.norm": "layernorm_before",
    "attention.q": "attention.attention.query",
    "attention.k": "attention.attention.key",
    "attention.v": "attention.attention.value",
    "attention.projection": "attention.output.dense",
    "mlp.norm": "layernorm_after",
    "mlp.expand": "intermediate.dense",
    "mlp.projection": "output.dense",
}


def classifier(source: Source, request: Request) -> Imported:
    """A ViTForImageClassification."""
    settings, tensors = _read(source)
    if not settings.classes:
        return _vit(settings, source, request, None)
    head = tensors.linear("classifier", settings.classes, settings.dim)
    imported = _vit(settings, source, request, head)
    return replace(imported, metric=settings.metric(source.config_path))


def backbone(source: Source, request: Request) -> Imported:
    """A ViTModel: the features that its pooler makes of [CLS] stand where a classifier's logits do.

    Where it is stored without a pooler, they are the features of [CLS] themselves.
    """
    settings, tensors = _read(source)
    if f"{_POOLER}.weight" not in tensors:
        return _vit(settings, source, request, None)
    head = tensors.linear(_POOLER, settings.pooler_features or settings.dim, settings.dim)
    if settings.pooler_activation == "linear":
        return _vit(settings, source, request, head)
    if settings.pooler_activation not in _POOLED:
        raise ModelError(
            f"{source.config_path} describes what cannot be imported (pooler_act: "
            f"{settings.pooler_activation}); import a pooler with one of {', '.join(_POOLED)}"
        )
    operation, attributes = config.operation(settings.pooler_activation)
    closing = Node("head.activation", operation, ("head",), attributes, layer="head")
    return _vit(settings, source, request, head, (closing,))


def _read(source: Source) -> tuple[VitConfig, Tensors]:
    settings = config.read(VitConfig, source.config, source.config_path)
    source.tensors.rename(*_RENAMINGS)
    source.tensors.leave(_MASK)
    return settings, source.tensors


def _vit(
    settings: VitConfig,
    source: Source,
    request: Request,
    head: dict[str, Array] | None,
    closing: tuple[Node, ...] = (),
) -> Imported:
    """With this head, or with none."""
    tensors, dim = source.tensors, settings.dim
    arrays = {
        "embedding": _embedding(tensors, settings),
        **encoder.blocks(tensors, "vit.encoder.layer.", settings, _BLOCK, bias=settings.bias),
        "head.norm": tensors.norm("vit.layernorm", dim),
        **({} if head is None else {"head": head}),
    }
    shape = VitShape(
        dim=dim, heads=settings.heads, blocks=settings.blocks, mlp_ratio=settings.mlp_ratio, pool="first"
    )
    tokens, features = prepared.tokens(settings.patches((0,) * settings.channels, (1,) * settings.channels))
    data = DataShape(tokens, features, dim if head is None else len(head["bias"]))
    prepared_by = images.prepared(source, request)
    return Imported(shape, data, prepared_by, settings, arrays, closing, headless=head is None)


def _embedding(tensors: Tensors, settings: VitConfig) -> dict[str, Array]:
    """The convolution as a linear map of a token, and per token all that is added to it.

    A token's features run over rows, columns and channels, a convolution's over channels first. The token of
    [CLS] is zero, so that its row of the bias is its whole embedding.
    """
    dim, patch, tokens = settings.dim, settings.patch, (settings.size // settings.patch) ** 2 + 1
    prefix = "vit.embeddings."
    convolution = tensors.take(
        f"{prefix}patch_embeddings.projection.weight", dim, settings.channels, patch, patch
    )
    bias = tensors.take(f"{prefix}position_embeddings", 1, tokens, dim)[0]
    bias[0] += tensors.take(f"{prefix}cls_token", 1, 1, dim)[0, 0]
    bias[1:] += tensors.take(f"{prefix}patch_embeddings.projection.bias", dim)
    return {"weight": convolution.transpose(0, 2, 3, 1).reshape(dim, -1), "bias": bias}
