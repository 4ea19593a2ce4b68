"""Swin: stages of blocks, each with a size of its own."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from models.architectures.draft import EPSILON
from models.architectures.swin import SwinShape
from models.data.literals import Patches
from models.graph import Node
from models.huggingface.kinds.image import ImageConfig

#: The norms of blocks and of the head; the others have the epsilon of torch.
_CONFIGURED = ("attention.norm", "mlp.norm", "head.norm")


class SwinConfig(ImageConfig):
    """What a folder says of a Swin.

    Attributes:
        depths: blocks of each stage.
        heads: the heads of each attention, per stage.
        window: side of a window, in tokens.
        mlp_ratio: features inside an MLP per feature of the stream.
    """

    depths: tuple[PositiveInt, ...] = Field(min_length=1)
    heads: tuple[PositiveInt, ...] = Field(min_length=1)
    window: PositiveInt
    mlp_ratio: PositiveFloat

    @model_validator(mode="after")
    def _fits_windows(self) -> SwinConfig:
        grids = [self.size // self.patch >> stage for stage in range(len(self.depths))]
        wrong = [grid for grid in grids if grid % self.window]
        if wrong:
            raise ValueError(
                f"a grid of {wrong[0]} tokens a side is not a multiple of window_size {self.window}"
            )
        return self

    @property
    def features(self) -> int:
        """Features of the last stage."""
        return self.dim << len(self.depths) - 1

    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """The preparation of its images, see `ImageConfig.patches`."""
        return Patches(
            size=self.size, patch=self.patch, mean=mean, std=std, order="windows", window=self.window
        )

    def architecture(self, head: Mapping[str, object]) -> SwinShape:
        """The architecture, see `Config.architecture`."""
        sizes = {
            "dim": self.dim,
            "depths": self.depths,
            "heads": self.heads,
            "window": self.window,
            "mlp_ratio": self.mlp_ratio,
        }
        return SwinShape.model_validate({**sizes, **head})

    def attributes(self, node: Node) -> dict[str, object]:
        """What is said of a node, see `Config.attributes`."""
        if node.operation == "layer_norm" and not node.name.endswith(_CONFIGURED):
            return {"epsilon": EPSILON}
        return super().attributes(node)
