"""The split of scikit-learn's digits."""

from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from models.data import digits

FIRST_IDS = ("digits-1598", "digits-1083", "digits-1309", "digits-1300")
DIGEST = "6a38cebb3675c5c0e9f871619b3108addee898ac3b01e902a59c91fb7f974531"


def test_the_split_is_whole_disjoint_and_balanced() -> None:
    training, held_out = digits.training(), digits.held_out()
    assert (len(training), len(held_out)) == (1437, 360)
    assert len({*training.ids, *held_out.ids}) == 1797
    assert set(Counter(held_out.labels.tolist()).values()) == {36}


@pytest.mark.parametrize("length", [10, 60, 200, 360])
def test_every_prefix_of_whole_turns_is_balanced(length: int) -> None:
    assert set(Counter(digits.held_out().labels[:length].tolist()).values()) == {length // 10}


def test_the_split_is_the_published_one() -> None:
    # a change of these would make every earlier figure incomparable
    assert digits.held_out().ids[:4] == FIRST_IDS
    assert digits.held_out().digest() == DIGEST


def test_tokens_are_patches_of_the_image_their_id_names() -> None:
    sample = digits.held_out()
    position = 7
    image = load_digits().images[int(sample.ids[position].removeprefix("digits-"))]
    assert sample.inputs.shape == (360, 16, 4)
    for token in range(16):
        row, column = 2 * (token // 4), 2 * (token % 4)
        patch = image[row : row + 2, column : column + 2] / 8 - 1
        np.testing.assert_array_equal(sample.inputs[position, token], patch.ravel())
    assert (sample.inputs.min(), sample.inputs.max()) == (-1, 1)


def test_no_image_stands_in_both_parts() -> None:
    known = {image.tobytes() for image in digits.training().inputs}
    assert not known & {image.tobytes() for image in digits.held_out().inputs}
