"""ViT: patches cut by a convolution, and a [CLS] token that the position embedding gives its content."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, get_args

import numpy as np
from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt, model_validator

from models.architectures.shapes import DataShape
from models.architectures.vit import VitShape
from models.data import preparation as prepared
from models.data.literals import Patches
from models.errors import ModelError
from models.graph import Array, Node
from models.huggingface import config, encoder
from models.huggingface.folder import Source
from models.huggingface.imported import Imported, Request
from models.huggingface.preprocessor import Preprocessor
from models.huggingface.tensors import Tensors

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
#: How far apart, in deviations, two normalisations are that differ by rounding alone.
_ROUNDING = 1e-3

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


def _side(value: object) -> object:
    """The side of a square, of which both sides may be given."""
    if not isinstance(value, list | tuple):
        return value
    if len(value) != 2 or value[0] != value[1]:
        raise ValueError(f"{'×'.join(map(str, value))} is no square")
    return value[0]


Side = Annotated[PositiveInt, BeforeValidator(_side)]


class VitConfig(config.EncoderConfig):
    """The entries of a ViT.

    Attributes:
        size: side of the square image, in pixels.
        patch: side of a patch.
        channels: the channels of the image.
        bias: whether queries, keys and values have one.
        pooler_activation: the activation of ViTModel's pooler.
        pooler_features: the features of its output; `dim` where absent or 0.
    """

    size: Side = Field(default=224, alias="image_size")
    patch: Side = Field(default=16, alias="patch_size")
    channels: PositiveInt = Field(default=3, alias="num_channels")
    bias: bool = Field(default=True, alias="qkv_bias")
    pooler_activation: str = Field(default="tanh", alias="pooler_act")
    pooler_features: NonNegativeInt | None = Field(default=None, alias="pooler_output_size")

    @model_validator(mode="after")
    def _tiled(self) -> VitConfig:
        if self.size % self.patch:
            raise ValueError(f"patches of side {self.patch} do not tile images of side {self.size}")
        return self

    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """The preparation of its images, given the mean and deviation of each channel in grey levels."""
        return Patches(size=self.size, patch=self.patch, mean=mean, std=std, lead=True)


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
    prepared_by = _preparation(source, request)
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


def preparation(source: Source, given: Patches) -> Patches:
    """The caller's preparation, with the folder's mean and deviation where it has none.

    Raises:
        ModelError: it does not cut the model's tokens, or it contradicts the folder.
    """
    settings = config.read(VitConfig, source.config, source.config_path)
    said = _said(settings, source)
    if not given.mean:
        if said is None:
            raise ModelError(
                f"{source.folder} has no {source.preprocessor_path.name} to take mean and std from; "
                "give one of each per channel"
            )
        given = given.model_copy(update={"mean": said.mean, "std": said.std})
    wanted = settings.patches(given.mean, given.std)
    if given != wanted or len(given.mean) != settings.channels:
        raise ModelError(
            f"the preparation ({_told(given)}) does not cut the tokens of {source.folder}; "
            f"give patches with {_told(wanted, settings.channels)}"
        )
    if said is not None and not _alike(given, said):
        raise ModelError(
            f"the preparation normalises by {_normalisation(given)}, {source.preprocessor_path} by "
            f"{_normalisation(said)}; leave out mean and std to have the folder's, or correct one of them"
        )
    return given


def _preparation(source: Source, request: Request) -> Patches | None:
    """The caller's, or what the folder says; None if neither says anything."""
    if request.context is not None:
        raise ModelError("the tokens of a ViT are fixed by its images; leave out the context")
    if request.preparation is None:
        return _said(config.read(VitConfig, source.config, source.config_path), source)
    if not isinstance(request.preparation, Patches):
        raise ModelError(
            f"{source.folder} is a model of images, which {request.preparation.kind} do not prepare; "
            "give patches"
        )
    return preparation(source, request.preparation)


def _said(settings: VitConfig, source: Source) -> Patches | None:
    """The preparation that the folder describes, if it does."""
    if source.preprocessor is None:
        return None
    found = config.read(Preprocessor, source.preprocessor, source.preprocessor_path)
    found.check_side(settings.size, source.preprocessor_path)
    return settings.patches(*found.grey_levels(settings.channels, source.preprocessor_path))


def _alike(given: Patches, said: Patches) -> bool:
    """Whether both normalise alike, as numbers are rounded in recipes."""
    level = np.multiply(_ROUNDING, said.std)
    return all(
        (np.abs(np.subtract(one, other)) <= level).all()
        for one, other in ((given.mean, said.mean), (given.std, said.std))
    )


def _normalisation(literal: Patches) -> str:
    return f"mean {_listed(literal.mean)} and std {_listed(literal.std)}"


def _listed(numbers: tuple[float, ...]) -> str:
    return f"[{', '.join(f'{number:.6g}' for number in numbers)}]"


def _told(literal: Patches, channels: int | None = None) -> str:
    lead = "true" if literal.lead else "false"
    return (
        f"size {literal.size}, patch {literal.patch}, {channels or len(literal.mean)} channels, "
        f"margin {literal.margin}, order {literal.order} and lead: {lead}"
    )
