"""Images as tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.data import patches, preparation
from models.data.literals import Patches
from models.data.sources import Images
from models.errors import ModelError
from tests.models.data.published import pictures


def by_hand(image: NDArray[np.uint8], literal: Patches, row: int, column: int) -> NDArray[np.float64]:
    """The token of one patch, pixel by pixel."""
    features = []
    top, left = row * literal.patch, column * literal.patch
    for y in range(top - literal.margin, top + literal.patch + literal.margin):
        for x in range(left - literal.margin, left + literal.patch + literal.margin):
            for channel, (mean, std) in enumerate(zip(literal.mean, literal.std, strict=True)):
                inside = 0 <= y < literal.size and 0 <= x < literal.size
                features.append((float(image[y, x, channel]) - mean) / std if inside else 0.0)
    return np.array(features)


def tokens(images: NDArray[np.uint8], literal: Patches) -> NDArray[np.float64]:
    return patches.tokens(patches.normalised(images, literal, np.float64), literal)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 3), st.sampled_from([1, 3]), st.integers(0, 1000))
def test_a_token_is_its_patch_and_the_pixels_around_it(
    patch: int, side: int, margin: int, channels: int, seed: int
) -> None:
    literal = Patches(
        size=patch * side,
        patch=patch,
        margin=margin,
        mean=(100, 90, 80)[:channels],
        std=(50, 60, 70)[:channels],
    )
    images = pictures(2, patch * side, channels, seed)
    found = tokens(images, literal)
    assert found.shape == (2, *preparation.tokens(literal))
    for row in range(side):
        for column in range(side):
            expected = by_hand(images[1], literal, row, column)
            np.testing.assert_array_equal(found[1, row * side + column], expected)


def test_windows_are_consecutive_blocks_of_tokens() -> None:
    settings = {"size": 12, "patch": 2, "margin": 1, "mean": (100, 90, 80), "std": (50, 60, 70)}
    rows, windows = Patches(**settings), Patches(**settings, order="windows", window=3)
    images = pictures(2, 12, 3)
    in_rows, in_windows = tokens(images, rows), tokens(images, windows)
    position = 0
    for top in (0, 3):
        for left in (0, 3):
            for row in range(top, top + 3):
                for column in range(left, left + 3):
                    np.testing.assert_array_equal(in_windows[:, position], in_rows[:, row * 6 + column])
                    position += 1


def test_a_leading_token_is_zero_and_the_patches_follow() -> None:
    without = Patches(size=4, patch=2, mean=(9,), std=(3,))
    leading = without.model_copy(update={"lead": True})
    images = pictures(3, 4, 1)
    found = tokens(images, leading)
    assert found.shape == (3, *preparation.tokens(leading)) == (3, 5, 4)
    assert not found[:, 0].any()
    np.testing.assert_array_equal(found[:, 1:], tokens(images, without))


def test_larger_images_are_averaged_over_boxes() -> None:
    images = pictures(3, 8, 3)
    literal = Patches(size=4, patch=2, mean=(1, 2, 3), std=(4, 5, 6))
    found = patches.normalised(images, literal, np.float64)
    box = images[2, 4:6, 2:4].reshape(4, 3).mean(axis=0)
    np.testing.assert_allclose(found[2, 2, 1], (box - [1, 2, 3]) / [4, 5, 6], rtol=1e-15)


@pytest.mark.parametrize(("size", "channels"), [(5, 3), (16, 3), (8, 1)])
def test_images_of_another_shape_are_refused(size: int, channels: int) -> None:
    literal = Patches(size=size, patch=1, mean=(0,) * channels, std=(1,) * channels)
    source = Images(pictures(1, 8, 3), np.array([0]), ("one",), ("a",))
    with pytest.raises(ModelError, match="do not fit a preparation"):
        preparation.samples(source, literal)
