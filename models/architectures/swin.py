"""The Swin transformer (Liu et al. 2021): attention in windows, every second time in shifted ones.

Pre-norm, four neighbours merged between stages, no absolute position. The relative position bias is learned
per pair of positions of a window, `[heads, window², window²]`, not tied over equal offsets. The residual
stream lies in the order that its attention needs, so a shift costs one permutation, and merging costs none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from models.architectures.attention import Attention, Pairs
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import pool, transformer_block
from models.architectures.shapes import (
    LARGEST_RATIO,
    MOST_BLOCKS,
    WIDEST,
    DataShape,
    Literals,
)
from models.architectures.windows import Positions, neighbours, region_mask, reorder, window_order
from models.errors import ModelError
from models.graph import Graph

_Width = Annotated[int, Field(gt=0, le=WIDEST)]
_Depth = Annotated[int, Field(gt=0, le=MOST_BLOCKS)]
#: Each stage after the first has half the side of the one before.
_MOST_STAGES = 8


class SwinShape(Literals):
    """Dimensions of a Swin that its data do not fix.

    Attributes:
        dim: features of the first stage; each merging doubles them.
        depths: blocks of each stage.
        heads: the heads of each attention, per stage.
        window: tokens along a side of a window; a smaller grid is one window.
        mlp_ratio: hidden features of an MLP per feature of the stream.
        head: whether a linear map to the classes stands at the end; without it the features are the answer.
    """

    kind: Literal["swin"] = "swin"
    dim: _Width
    depths: tuple[_Depth, ...] = Field(min_length=1, max_length=_MOST_STAGES)
    heads: tuple[_Width, ...]
    window: Annotated[int, Field(gt=0, le=64)]
    mlp_ratio: Annotated[int, Field(gt=0, le=LARGEST_RATIO)]
    head: bool = True

    @property
    def weights(self) -> float:
        """Those of the maps of its blocks; each stage has four times as many a block as the one before."""
        blocks = sum(depth << 2 * stage for stage, depth in enumerate(self.depths))
        return self.dim**2 * blocks * (4 + 2 * self.mlp_ratio)

    @model_validator(mode="after")
    def _stages_agree(self) -> SwinShape:
        if len(self.heads) != len(self.depths):
            raise ValueError(
                f"{len(self.depths)} stages have a depth but {len(self.heads)} have heads; give each both"
            )
        for stage, heads in enumerate(self.heads):
            dim = self.dim << stage
            if dim % heads:
                raise ValueError(
                    f"stage {stage}: {dim} features are not a multiple of {heads} heads; change one of them"
                )
        return self


@dataclass(frozen=True)
class _Stage:
    """One stage: its layers' name, its sizes and the shift of its odd blocks."""

    layer: str
    dim: int
    heads: int
    grid: int
    window: int

    @property
    def shift(self) -> int:
        return self.window // 2 if self.window < self.grid else 0

    def order(self, shift: int) -> Positions:
        return window_order(self.grid, self.window, shift)

    def attention(self, shift: int) -> Attention:
        tokens, block = self.grid**2, self.window**2
        pairs = Pairs(region_mask(self.grid, self.window, shift)) if shift else Pairs.all(tokens, block)
        return Attention(self.dim, self.heads, pairs, relative=True)


def build(shape: SwinShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained Swin.

    Its input tokens are in window order (`windows.window_order`).

    Raises:
        ModelError: the tokens form no square grid that windows and merging divide.
    """
    stages = _stages(shape, data.tokens)
    draft = Draft(options, rng)
    stream = draft.patches(data, shape.dim, position=False)
    stream = draft.norm("embedding", "norm", stream, shape.dim)
    order = stages[0].order(0)
    for index, (stage, depth) in enumerate(zip(stages, shape.depths, strict=True)):
        if index:
            stream = _merge(draft, f"merging.{index - 1}", stream, order, stages[index - 1], stage)
            order = stage.order(0)
        for block in range(depth):
            shift = stage.shift * (block % 2)
            layer = f"{stage.layer}.blocks.{block}"
            stream, order = _arrange(draft, f"{layer}.attention", stream, order, stage.order(shift))
            stream = transformer_block(draft, layer, stream, stage.attention(shift), shape.mlp_ratio)
    last = stages[-1]
    normal = draft.norm("head", "norm", stream, last.dim)
    pooled = pool(draft, normal, "mean", last.grid**2)
    if shape.head:
        draft.linear("head", "", pooled, last.dim, data.classes)
    return draft.graph("swin")


def _stages(shape: SwinShape, tokens: int) -> list[_Stage]:
    stages = []
    for index, heads in enumerate(shape.heads):
        grid = math.isqrt(tokens) >> index
        window = min(shape.window, grid)
        merges = index + 1 < len(shape.heads)
        if math.isqrt(tokens) ** 2 != tokens or grid == 0 or grid % window or (merges and grid % 2):
            raise ModelError(
                f"swin: {tokens} tokens give stage {index} a grid of {grid} × {grid}, which windows of "
                f"{shape.window} and merging do not divide; change the patch, the window or the stages"
            )
        stages.append(_Stage(f"stages.{index}", shape.dim << index, heads, grid, window))
    return stages


def _arrange(
    draft: Draft, layer: str, stream: str, order: Positions, wanted: Positions
) -> tuple[str, Positions]:
    """The stream in the wanted order, and that order."""
    if np.array_equal(order, wanted):
        return stream, order
    return draft.add(layer, "shift", "gather_tokens", stream, order=reorder(order, wanted)), wanted


def _merge(draft: Draft, layer: str, stream: str, order: Positions, before: _Stage, after: _Stage) -> str:
    """Four neighbours side by side, normalised and mapped to twice the features."""
    groups = neighbours(before.grid, after.window)
    places = np.argsort(order)[groups].tolist()
    merged = draft.add(layer, "merged", "merge_tokens", stream, groups=places)
    normal = draft.norm(layer, "norm", merged, 4 * before.dim)
    return draft.linear(layer, "reduction", normal, 4 * before.dim, after.dim)
