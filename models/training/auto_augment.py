"""AutoAugment: two changes of each image, by a policy that was searched for (Cubuk et al., CVPR 2019).

Grey levels from 0 to 255, whole numbers, on the device of the images. Every image draws a pair of changes of
its own, so each change is computed for all images and taken by those that drew it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.training.images import gathered


class Change(NamedTuple):
    """A change of a policy: its name, how probable it is, and how strong, from 0 to 9."""

    name: str
    probability: float
    strength: int = 0


#: The policy that was found on CIFAR-10 (Cubuk et al., appendix, table 7).
POLICY = (
    (Change("invert", 0.1), Change("contrast", 0.2, 6)),
    (Change("rotate", 0.7, 2), Change("translate_x", 0.3, 9)),
    (Change("sharpness", 0.8, 1), Change("sharpness", 0.9, 3)),
    (Change("shear_y", 0.5, 8), Change("translate_y", 0.7, 9)),
    (Change("auto_contrast", 0.5), Change("equalise", 0.9)),
    (Change("shear_y", 0.2, 7), Change("posterise", 0.3, 7)),
    (Change("colour", 0.4, 3), Change("brightness", 0.6, 7)),
    (Change("sharpness", 0.3, 9), Change("brightness", 0.7, 9)),
    (Change("equalise", 0.6), Change("equalise", 0.5)),
    (Change("contrast", 0.6, 7), Change("sharpness", 0.6, 5)),
    (Change("colour", 0.7, 7), Change("translate_x", 0.5, 8)),
    (Change("equalise", 0.3), Change("auto_contrast", 0.4)),
    (Change("translate_y", 0.4, 3), Change("sharpness", 0.2, 6)),
    (Change("brightness", 0.9, 6), Change("colour", 0.2, 8)),
    (Change("solarise", 0.5, 2), Change("invert", 0.0)),
    (Change("equalise", 0.2), Change("auto_contrast", 0.6)),
    (Change("equalise", 0.2), Change("equalise", 0.6)),
    (Change("colour", 0.9, 9), Change("equalise", 0.6)),
    (Change("auto_contrast", 0.8), Change("solarise", 0.2, 8)),
    (Change("brightness", 0.1, 3), Change("colour", 0.7, 0)),
    (Change("solarise", 0.4, 5), Change("auto_contrast", 0.9)),
    (Change("translate_y", 0.9, 9), Change("translate_y", 0.7, 9)),
    (Change("auto_contrast", 0.9), Change("solarise", 0.8, 3)),
    (Change("equalise", 0.8), Change("invert", 0.1)),
    (Change("translate_y", 0.7, 9), Change("auto_contrast", 0.9)),
)
#: Of strength 9: the part that is blended, the slope, the part of the image's side, and the angle.
_BLENDED, _SHEARED, _MOVED, _TURNED = 0.9, 0.3, 150 / 331, 30 * pi / 180
_STRONGEST = 9
#: What moves pixels, all of it in one gather.
_GEOMETRIC = ("shear_y", "translate_x", "translate_y", "rotate")
#: Weights of red, green and blue in the brightness of a pixel (ITU-R BT.601).
_LUMA = (0.299, 0.587, 0.114)


def auto_augmented(pixels: Tensor) -> Tensor:
    """Images, `[samples, rows, columns, channels]`, each changed by a pair of the policy."""
    pixels = pixels.round()  # means over boxes are no whole numbers
    pair = torch.randint(len(POLICY), (len(pixels),), device=pixels.device)
    for place in range(2):
        drawn = torch.rand(len(pixels), device=pixels.device)
        sign = torch.randint(0, 2, (len(pixels),), device=pixels.device) * 2 - 1
        pixels = _changed(pixels, pair, place, drawn, sign)
    return pixels


def _changed(pixels: Tensor, pair: Tensor, place: int, drawn: Tensor, sign: Tensor) -> Tensor:
    """Images after the first or the second change of the pair that each drew."""
    geometric = {name: torch.zeros_like(drawn) for name in _GEOMETRIC}
    chosen = {name: torch.zeros_like(drawn) for name in _OF_COLOUR}
    active = {name: torch.zeros_like(drawn, dtype=torch.bool) for name in _OF_COLOUR}
    for number, changes in enumerate(POLICY):
        change = changes[place]
        mine = (pair == number) & (drawn < change.probability)
        strength = change.strength / _STRONGEST
        if change.name in geometric:
            geometric[change.name] = torch.where(mine, sign * strength, geometric[change.name])
        else:
            chosen[change.name] = torch.where(mine, sign * strength, chosen[change.name])
            active[change.name] = active[change.name] | mine
    found = moved(pixels, **geometric)
    for name, change_colour in _OF_COLOUR.items():
        if any(changes[place].name == name for changes in POLICY):
            taken = active[name][:, None, None, None]
            found = torch.where(taken, change_colour(found, chosen[name][:, None, None, None]), found)
    return found


def moved(
    pixels: Tensor, shear_y: Tensor, translate_x: Tensor, translate_y: Tensor, rotate: Tensor
) -> Tensor:
    """Images sheared, shifted and turned about their centre, the nearest pixel taken, black moving in.

    Args:
        pixels: `[samples, rows, columns, channels]`.
        shear_y: strengths from -1 to 1, `[samples]`.
        translate_x: likewise.
        translate_y: likewise.
        rotate: likewise.
    """
    height, width = pixels.shape[1:3]
    y = torch.arange(height, device=pixels.device)[None, :, None] - (height - 1) / 2
    x = torch.arange(width, device=pixels.device)[None, None, :] - (width - 1) / 2
    angle = _TURNED * rotate[:, None, None]
    column = angle.cos() * x + angle.sin() * y - _MOVED * width * translate_x[:, None, None]
    row = angle.cos() * y - angle.sin() * x - _MOVED * height * translate_y[:, None, None]
    row = row + _SHEARED * shear_y[:, None, None] * x
    nearest = ((row + (height - 1) / 2).round().long(), (column + (width - 1) / 2).round().long())
    return gathered(pixels, *nearest, torch.zeros((), device=pixels.device))


def _blended(pixels: Tensor, other: Tensor, strength: Tensor) -> Tensor:
    """1 + 0.9·strength parts of an image, the rest of another: from nearly gone to nearly twice."""
    part = 1 + _BLENDED * strength
    return (part * pixels + (1 - part) * other).clamp(0, 255).floor()


def _grey(pixels: Tensor) -> Tensor:
    """The brightness of each pixel, `[…, 1]`; images of one channel are their own."""
    if pixels.shape[-1] != len(_LUMA):
        return pixels.mean(-1, keepdim=True)
    red, green, blue = (
        weight * channel for weight, channel in zip(_LUMA, pixels.split(1, dim=-1), strict=True)
    )
    return red + green + blue


def _smooth(pixels: Tensor) -> Tensor:
    """Inside, each pixel's mean with its eight neighbours, itself five times; the edge as it is."""
    inner = pixels.permute(0, 3, 1, 2)
    summed = functional.avg_pool2d(inner, 3, stride=1) * 9 + 4 * inner[:, :, 1:-1, 1:-1]
    found = pixels.clone()
    found[:, 1:-1, 1:-1] = (summed / 13).permute(0, 2, 3, 1).round()
    return found


def _auto_contrast(pixels: Tensor, strength: Tensor) -> Tensor:
    """Each channel stretched so that it goes from 0 to 255."""
    low, high = pixels.amin((1, 2), keepdim=True), pixels.amax((1, 2), keepdim=True)
    stretched = ((pixels - low) * 255 / (high - low).clamp(min=1)).floor()
    return torch.where(high > low, stretched, pixels)


def _equalised(pixels: Tensor, strength: Tensor) -> Tensor:
    """Each channel with its levels spread so that about as many pixels have each."""
    count, height, width, channels = pixels.shape
    levels = pixels.long().permute(0, 3, 1, 2).flatten(2)
    histogram = torch.zeros(count, channels, 256, device=pixels.device)
    histogram.scatter_add_(2, levels, torch.ones_like(levels, dtype=histogram.dtype))
    upto = histogram.cumsum(2)
    last = histogram.gather(2, levels.amax(2, keepdim=True))
    step = ((height * width - last) / 255).floor()
    table = ((upto - histogram + (step / 2).floor()) / step.clamp(min=1)).floor().clamp(0, 255)
    spread = table.gather(2, levels).unflatten(2, (height, width)).permute(0, 2, 3, 1)
    return torch.where((step > 0).permute(0, 2, 1)[:, None], spread, pixels)


def _posterised(pixels: Tensor, strength: Tensor) -> Tensor:
    """Only the highest bits of each level: four of eight at strength 1."""
    step = 2 ** (4 * strength.abs()).round()
    return (pixels / step).floor() * step


#: What changes levels: images and strengths from -1 to 1, `[samples, 1, 1, 1]`, to the changed images.
_OF_COLOUR: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "brightness": lambda pixels, strength: _blended(pixels, torch.zeros_like(pixels), strength),
    "colour": lambda pixels, strength: _blended(pixels, _grey(pixels), strength),
    "contrast": lambda pixels, strength: _blended(
        pixels, _grey(pixels).mean((1, 2, 3), keepdim=True).round(), strength
    ),
    "sharpness": lambda pixels, strength: _blended(pixels, _smooth(pixels), strength),
    "invert": lambda pixels, strength: 255 - pixels,
    "solarise": lambda pixels, strength: torch.where(
        pixels >= 255 * (1 - strength.abs()), 255 - pixels, pixels
    ),
    "posterise": _posterised,
    "auto_contrast": _auto_contrast,
    "equalise": _equalised,
}
