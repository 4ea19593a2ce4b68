"""ViT and its kin: a learned position embedding, and [CLS] before the patches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import NonNegativeInt

from models.architectures.vit import VitShape
from models.data.literals import Patches
from models.graph import Node
from models.huggingface import config
from models.huggingface.config import UniformConfig
from models.huggingface.kinds.image import ImageConfig

#: Stands in a head's shape for the activation that the pooler of the folder has.
POOLED = "pooled"
#: What that may be.
_POOLED = ("linear", "tanh", *get_args(config.Activation))

#: Leading tokens → how a preparation says it.
_LEADS: Mapping[int, Literal[True, 2]] = {1: True, 2: 2}


class VitConfig(ImageConfig, UniformConfig):
    """What a folder says of a ViT.

    Attributes:
        leading: tokens before the patches.
        pooler_activation: the activation of ViTModel's pooler.
        pooler_features: the features of its output; `dim` where absent or 0.
    """

    leading: Literal[1, 2]
    pooler_activation: str
    pooler_features: NonNegativeInt | None

    @property
    def features(self) -> int:
        """Features of the pooler's answer."""
        return self.pooler_features or self.dim

    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """The preparation of its images, see `ImageConfig.patches`."""
        return Patches(size=self.size, patch=self.patch, mean=mean, std=std, lead=_LEADS[self.leading])

    def architecture(self, head: Mapping[str, object]) -> VitShape:
        """The architecture; its `activation` may be that of the pooler."""
        said = {"pool": "first", **self.sizes, **head}
        if said.get("activation") == POOLED:
            said["activation"] = self._pooled
        return VitShape.model_validate(said)

    def attributes(self, node: Node) -> dict[str, object]:
        """What is said of a node, see `Config.attributes`."""
        if node.name == "head.activation":
            return config.operation(self.pooler_activation)[1]
        return super().attributes(node)

    @property
    def _pooled(self) -> str | None:
        """The operation of the pooler's activation, None if there is none."""
        if self.pooler_activation not in _POOLED:
            raise ValueError(f"pooler_act: {self.pooler_activation} is none of {', '.join(_POOLED)}")
        if self.pooler_activation == "linear":
            return None
        return config.operation(self.pooler_activation)[0]
