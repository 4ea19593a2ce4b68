"""Images as a model takes them, and random changes of them that leave their labels as they are.

All on the device of the images, `[samples, rows, columns, channels]`, each image changed on its own.
"""

from __future__ import annotations

from math import log

import torch
from torch import Tensor
from torch.nn import functional

from models.data.augmentation import ERASED_ASPECT, ERASED_SHARE
from models.data.literals import Patches


def shrunk(images: Tensor, literal: Patches) -> Tensor:
    """Grey levels in float32, of images as large as the preparation says: means over boxes of pixels."""
    pixels, factor = images.float(), images.shape[1] // literal.size
    if factor == 1:
        return pixels
    return pixels.unflatten(1, (-1, factor)).unflatten(3, (-1, factor)).mean(dim=(2, 4))


def tokens(pixels: Tensor, literal: Patches) -> Tensor:
    """`models.data.patches.tokens` on the device."""
    count, margin, side = len(pixels), literal.margin, literal.side
    extent = literal.patch + 2 * margin
    padded = functional.pad(pixels, (0, 0, margin, margin, margin, margin)) if margin else pixels
    patches = (
        padded.unfold(1, extent, literal.patch).unfold(2, extent, literal.patch).permute(0, 1, 2, 4, 5, 3)
    )
    if literal.window:
        across = side // literal.window
        windows = patches.unflatten(1, (across, -1)).unflatten(3, (across, -1))
        patches = windows.permute(0, 1, 3, 2, 4, 5, 6, 7)
    found = patches.reshape(count, side * side, -1)
    return functional.pad(found, (0, 0, int(literal.lead), 0)) if literal.lead else found


def gathered(pixels: Tensor, rows: Tensor, columns: Tensor, fill: Tensor | float) -> Tensor:
    """Every pixel taken from another place of its image, or filled where that is outside.

    Args:
        pixels: the images.
        rows: where each pixel comes from; broadcasts to `[samples, rows, columns]`, int64.
        columns: likewise.
        fill: of every channel, or of all.
    """
    height, width = pixels.shape[1:3]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    image = torch.arange(len(pixels), device=pixels.device)[:, None, None]
    found = pixels[image, rows.clamp(0, height - 1), columns.clamp(0, width - 1)]
    return torch.where(inside[..., None], found, fill)


def shifted(pixels: Tensor, most: int, flip: bool, fill: Tensor) -> Tensor:
    """Images shifted by up to `most` pixels each way; with `flip`, half of them mirrored left to right."""
    count, height, width = pixels.shape[:3]
    down, right = torch.randint(-most, most + 1, (2, count, 1), device=pixels.device)
    rows = torch.arange(height, device=pixels.device) + down
    columns = torch.arange(width, device=pixels.device).expand(count, -1)
    if flip:
        mirrored = torch.rand(count, 1, device=pixels.device) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    return gathered(pixels, rows[:, :, None], (columns + right)[:, None, :], fill)


def erased(pixels: Tensor, probability: float) -> Tensor:
    """One rectangle of some of the images set to 0, the mean of its channel, cut off at the image's edge."""
    (count, height, width), device = pixels.shape[:3], pixels.device
    area = torch.empty(count, device=device).uniform_(*ERASED_SHARE) * height * width
    narrowest, widest = (log(aspect) for aspect in ERASED_ASPECT)
    aspect = torch.empty(count, device=device).uniform_(narrowest, widest).exp()
    chosen = torch.rand(count, device=device) < probability
    tall = torch.where(chosen, (area * aspect).sqrt(), 0)
    inside = _between(tall, height)[:, :, None] & _between((area / aspect).sqrt(), width)[:, None, :]
    return pixels.masked_fill(inside[..., None], 0)


def _between(length: Tensor, extent: int) -> Tensor:
    """`[samples, extent]`: the pixels of a stretch of this length somewhere."""
    length = length.round().clamp(max=extent)
    start = (torch.rand(len(length), device=length.device) * (extent - length + 1)).floor()
    pixel = torch.arange(extent, device=length.device)
    return (pixel >= start[:, None]) & (pixel < (start + length)[:, None])
