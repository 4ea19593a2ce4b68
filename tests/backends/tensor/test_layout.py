"""Packing and unpacking are inverse, and rotations mean what the layout says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import PlanError
from backends.tensor.layout import Layout, ValueLayout, choose, pack, unpack

layouts = st.builds(
    Layout,
    features=st.sampled_from([4, 8, 16]),
    images=st.sampled_from([1, 2, 8]),
    tokens=st.sampled_from([1, 4, 8]),
)


@given(layouts, st.data())
def test_unpack_is_the_inverse_of_pack(layout: Layout, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, layout.images))
    tokens = data.draw(st.integers(1, layout.tokens))
    features = data.draw(st.integers(1, 3 * layout.features))
    samples = np.random.default_rng(1).normal(size=(count, tokens, features))
    vectors = pack(layout, samples)
    assert len(vectors) == -(-features // layout.features)
    assert all(vector.shape == (layout.slots,) for vector in vectors)
    value = ValueLayout("features", tuple(range(features)), tokens)
    assert np.array_equal(unpack(layout, value, vectors, count), samples)


def test_a_rotation_by_a_feature_stride_moves_features_cyclically() -> None:
    layout = Layout(features=4, images=2, tokens=4)
    samples = np.random.default_rng(2).normal(size=(2, 4, 4))
    rotated = np.roll(pack(layout, samples)[0], -layout.feature_stride)
    value = ValueLayout("features", (0, 1, 2, 3), 4)
    assert np.array_equal(unpack(layout, value, [rotated], 2), np.roll(samples, -1, axis=2))


def test_scores_lie_by_token_shift() -> None:
    layout = Layout(features=2, images=1, tokens=4)
    scores = np.random.default_rng(3).normal(size=(1, 2, 3, 3))
    vectors = []
    for shift in range(3):
        grid = np.zeros((2, 1, 4))
        for token in range(3):
            grid[:, 0, token] = scores[0, :, token, (token + shift) % 3]
        vectors.append(grid.reshape(-1))
    assert np.array_equal(unpack(layout, ValueLayout("scores", (0, 1), 3), vectors, 1), scores)


def test_choose_fills_the_slots_with_images() -> None:
    assert choose(32768, 16, 32) == Layout(32, 64, 16)
    assert choose(2048, 12, 24) == Layout(32, 4, 16)


def test_a_model_that_does_not_fit_says_what_to_raise() -> None:
    with pytest.raises(
        PlanError, match=r"needs 64 features × 64 tokens = 4096 slots .* has 1024; raise log_n"
    ):
        choose(1024, 64, 48)
