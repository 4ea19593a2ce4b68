"""AutoAugment against Pillow, whose operations its authors used; Mixup, CutMix and stochastic depth."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor

from models.data.augmentation import Augmentation
from models.training import auto_augment
from models.training.mixing import mixed
from models.training.module import GraphModule
from tests.training.graphs import VISION, digits_vit

SIDE = 32
PIXELS = np.random.default_rng(3).integers(40, 200, (SIDE, SIDE, 3), dtype=np.uint8)
PIXELS[8:20, 5:25] //= 3


def levels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(float)


def changed(name: str, strength: float) -> np.ndarray:
    pixels = torch.from_numpy(PIXELS).float()[None]
    return auto_augment._OF_COLOUR[name](pixels, torch.full((1, 1, 1, 1), strength))[0].numpy()


@pytest.mark.parametrize("strength", [-1.0, 2 / 3, 7 / 9])
def test_changes_of_colour_are_pillows(strength: float) -> None:
    image = Image.fromarray(PIXELS)
    part, of_nine = 1 + 0.9 * strength, abs(strength)
    expected = {
        "brightness": ImageEnhance.Brightness(image).enhance(part),
        "colour": ImageEnhance.Color(image).enhance(part),
        "contrast": ImageEnhance.Contrast(image).enhance(part),
        "sharpness": ImageEnhance.Sharpness(image).enhance(part),
        "invert": ImageOps.invert(image),
        "solarise": ImageOps.solarize(image, int(np.ceil(round(255 * (1 - of_nine), 6)))),
        "posterise": ImageOps.posterize(image, 8 - round(4 * of_nine)),
        "auto_contrast": ImageOps.autocontrast(image),
        "equalise": ImageOps.equalize(image),
    }
    assert expected.keys() == auto_augment._OF_COLOUR.keys()
    for name, wanted in expected.items():
        # Pillow rounds the brightness of a pixel before it blends: a level, or two where that is doubled
        assert np.abs(changed(name, strength) - levels(wanted)).max() <= 2, name


def test_changes_of_place_move_pixels_and_fill_with_black() -> None:
    pixels, none, whole = torch.from_numpy(PIXELS).float()[None], torch.zeros(1), torch.ones(1)
    assert torch.equal(auto_augment.moved(pixels, none, none, none, none), pixels)
    right = auto_augment.moved(pixels, none, whole, none, none)[0].numpy()
    by = round(SIDE * 150 / 331)
    np.testing.assert_array_equal(right[:, by + 1 :], PIXELS[:, 1 : SIDE - by])
    assert not right[:, : by - 1].any()
    turned = auto_augment.moved(pixels, none, none, none, whole)[0].numpy()
    wanted = levels(Image.fromarray(PIXELS).rotate(-30))
    assert (np.abs(turned - wanted).max(axis=-1) == 0).mean() > 0.9
    sheared = auto_augment.moved(pixels, whole, none, none, none)[0].numpy()
    middle = SIDE // 2
    np.testing.assert_array_equal(sheared[4:-4, middle], PIXELS[4:-4, middle])
    np.testing.assert_array_equal(sheared[8:-8, 1], PIXELS[4:-12, 1])


def test_each_image_draws_changes_of_its_own_and_stays_an_image() -> None:
    pixels = torch.from_numpy(np.broadcast_to(PIXELS, (200, *PIXELS.shape)).copy()).float()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = auto_augment.auto_augmented(pixels)
    assert found.min() >= 0
    assert found.max() <= 255
    assert len(torch.unique(found.flatten(1), dim=0)) > 40
    assert 0.02 < float((found == pixels).flatten(1).all(1).float().mean()) < 0.4


def of_classes(changes: Augmentation) -> tuple[Tensor, Tensor]:
    """Images of 2 classes, all of 0 and all of 1, mixed."""
    labels = torch.arange(64) % 2
    pixels = labels.float()[:, None, None, None].expand(-1, 16, 16, 1)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return mixed(pixels, labels, 2, changes)


@pytest.mark.parametrize("way", ["mixup", "cutmix"])
def test_a_label_is_the_share_of_each_class_in_its_image(way: str) -> None:
    pixels, shares = of_classes(Augmentation(**{way: 1.0, "mixed": 1.0}))
    torch.testing.assert_close(pixels.mean((1, 2, 3)), shares[:, 1])
    torch.testing.assert_close(shares.sum(1), torch.ones(64))
    assert 0 < float(shares.amin(1).max()) <= 0.5
    whole = ((pixels == 0) | (pixels == 1)).all()
    assert bool(whole) == (way == "cutmix")


def test_stochastic_depth_leaves_out_what_whole_samples_would_get() -> None:
    module = GraphModule(digits_vit(VISION), stochastic_depth=0.25).train()
    branch = torch.ones(4000, 3, 2)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = module.dropped(branch)
    assert found.unique().tolist() == pytest.approx([0, 4 / 3])
    assert (found.flatten(1).amin(1) == found.flatten(1).amax(1)).all()
    assert 0.2 < float((found == 0).float().mean()) < 0.3
    assert torch.equal(module.eval().dropped(branch), branch)
