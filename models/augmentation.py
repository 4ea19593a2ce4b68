"""Random small affine maps of images that lie in tokens, so that a model sees more than its few samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.recipe import AugmentationSettings


def augment(inputs: Tensor, patch: int, settings: AugmentationSettings) -> Tensor:
    """Every image rotated, zoomed and shifted at random, from torch's generator.

    Args:
        inputs: `[samples, tokens, patch·patch]`, square grey images as patches, row by row.
        patch: pixels along a patch's side.
        settings: how far.
    """
    side = math.isqrt(inputs.shape[1]) * patch
    images = nn.functional.fold(inputs.transpose(1, 2), side, patch, stride=patch)
    grid = nn.functional.affine_grid(_maps(len(inputs), side, settings), list(images.shape), align_corners=False)
    moved = nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return nn.functional.unfold(moved, patch, stride=patch).transpose(1, 2)


def _maps(count: int, side: int, settings: AugmentationSettings) -> Tensor:
    """Random affine maps `[count, 2, 3]` in coordinates where the image spans [-1, 1]."""
    uniform = 2 * torch.rand(4, count) - 1
    angle = uniform[0] * math.radians(settings.degrees)
    zoom = 1 + uniform[1] * settings.zoom
    shift = uniform[2:] * settings.shift_pixels * 2 / side
    cosine, sine = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    return torch.stack([cosine, -sine, shift[0], sine, cosine, shift[1]], dim=1).view(count, 2, 3)
