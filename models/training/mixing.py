"""Mixup and CutMix: images made of two, and labels that say how much of each class there is.

Mixup: Zhang et al., ICLR 2018; CutMix: Yun et al., ICCV 2019, algorithm 1. A batch is mixed by one share with
itself in another order, or not at all, as the source of the paper's vision models does (Lee et al., 2021).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import torch
from torch import Tensor

from models.data.augmentation import Augmentation


def mixed(pixels: Tensor, labels: Tensor, classes: int, changes: Augmentation) -> tuple[Tensor, Tensor]:
    """Images and the share of each class in them, `[samples, classes]`.

    What is drawn once for the whole batch is drawn on the host, which needs nothing from the device.
    """
    shares = (labels[:, None] == torch.arange(classes, device=labels.device)).float()
    host = np.random.default_rng(int(torch.randint(2**62, ())))
    if host.random() >= (changes.mixed or 0):
        return pixels, shares
    order = torch.randperm(len(pixels), device=pixels.device)
    ways = [way for way in ("cutmix", "mixup") if getattr(changes, way)]
    way = ways[host.integers(len(ways))]
    share = host.beta(getattr(changes, way), getattr(changes, way))
    if way == "mixup":
        found = share * pixels + (1 - share) * pixels[order]
    else:
        found, share = _pasted(pixels, order, share, host)
    return found, share * shares + (1 - share) * shares[order]


def _pasted(pixels: Tensor, order: Tensor, share: float, host: np.random.Generator) -> tuple[Tensor, float]:
    """Images with a rectangle of others, and the share of their own that is left of them."""
    height, width = pixels.shape[1:3]
    tall, wide = (round(extent * sqrt(1 - share)) for extent in (height, width))
    row, column = host.integers(height), host.integers(width)
    top, bottom = max(row - tall // 2, 0), min(row + tall // 2, height)
    left, right = max(column - wide // 2, 0), min(column + wide // 2, width)
    found = pixels.clone()
    found[:, top:bottom, left:right] = pixels[order, top:bottom, left:right]
    return found, 1 - (bottom - top) * (right - left) / (height * width)
