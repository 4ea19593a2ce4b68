"""Packing and unpacking are inverse, and rotations mean what the layout says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.tensor.layout import Layout, ValueLayout, filled, pack, unpack

layouts = st.builds(
    Layout,
    features=st.sampled_from([4, 8, 16]),
    images=st.sampled_from([1, 2, 8]),
    tokens=st.sampled_from([1, 4, 8]),
)
#: Of windows of three tokens, which begin every four slots.
in_windows = st.builds(
    Layout, st.just(4), st.sampled_from([1, 2]), st.just(16), st.just(1), st.just(3), st.just(4)
)


@given(layouts | in_windows, st.data())
def test_unpack_is_the_inverse_of_pack(layout: Layout, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, layout.images))
    tokens = data.draw(st.integers(1, 12 if layout.window else layout.tokens))
    rows = data.draw(st.lists(st.integers(0, 3 * layout.features - 1), min_size=1, unique=True))
    value = ValueLayout("features", tuple(rows), tokens)
    samples = np.random.default_rng(1).normal(size=(count, tokens, len(rows)))
    vectors = pack(layout, value, samples)
    assert len(vectors) == value.chunks(layout) == 1 + max(rows) // layout.features
    assert all(vector.shape == (layout.slots,) for vector in vectors)
    assert np.array_equal(unpack(layout, value, vectors, count), samples)


@given(layouts, st.data())
def test_numbers_of_tokens_are_packed_as_one_hot_rows(layout: Layout, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, layout.images))
    symbols = data.draw(st.integers(1, 3 * layout.features))
    value = ValueLayout("features", tuple(range(symbols)), layout.tokens)
    numbers = np.random.default_rng(1).integers(-1, symbols, (count, layout.tokens))
    one_hot = np.equal.outer(numbers, np.arange(symbols)).astype(float)
    for by_number, dense in zip(pack(layout, value, numbers), pack(layout, value, one_hot), strict=True):
        assert np.array_equal(by_number, dense)


def test_samples_come_again_where_a_batch_has_room() -> None:
    layout = Layout(features=2, images=4, tokens=2, halves=2)
    samples = np.arange(3)[:, None, None] * np.ones((1, 2, 2))
    assert filled(layout, samples)[:, 0, 0].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert np.array_equal(filled(layout, np.arange(8)), np.arange(8))


def test_a_repeated_value_stands_in_every_period_of_rows() -> None:
    layout = Layout(features=8, images=2, tokens=2)
    value = ValueLayout("features", (0, 2), 2, period=4)
    samples = np.random.default_rng(1).normal(size=(2, 2, 2))
    (slots,) = pack(layout, value, samples)
    grid = slots.reshape(8, 2, 2)
    assert np.array_equal(grid[:4], grid[4:])
    assert np.array_equal(grid[2], samples[:, :, 1])
    assert np.array_equal(unpack(layout, value, [slots], 2), samples)
    assert np.array_equal(value.spread(layout, samples)[0], slots)
    assert ValueLayout.from_json(value.to_json()) == value


def test_a_rotation_by_a_feature_stride_moves_features_cyclically() -> None:
    layout = Layout(features=4, images=2, tokens=4)
    value = ValueLayout("features", (0, 1, 2, 3), 4)
    samples = np.random.default_rng(2).normal(size=(2, 4, 4))
    rotated = np.roll(pack(layout, value, samples)[0], -layout.feature_stride)
    assert np.array_equal(unpack(layout, value, [rotated], 2), np.roll(samples, -1, axis=2))


@pytest.mark.parametrize(("tokens", "block"), [(3, 3), (4, 2)])
def test_scores_lie_by_token_shift_within_blocks(tokens: int, block: int) -> None:
    layout = Layout(features=2, images=1, tokens=4)
    scores = np.random.default_rng(3).normal(size=(1, 2, tokens, block))
    vectors = []
    for shift in range(block):
        grid = np.zeros((2, 1, 4))
        for token in range(tokens):
            grid[:, 0, token] = scores[0, :, token, (token + shift) % block]
        vectors.append(grid.reshape(-1))
    value = ValueLayout("scores", (), tokens, heads=2, block=block)
    assert np.array_equal(unpack(layout, value, vectors, 1), scores)


def test_a_constant_meets_the_value_that_it_broadcasts_to() -> None:
    layout = Layout(features=8, images=2, tokens=4)
    features = ValueLayout("features", (0, 9, 3), 2)
    constant = np.arange(1.0, 7.0).reshape(2, 3)
    chunks = [layout.spread(features.pattern(layout, constant, chunk)) for chunk in range(2)]
    assert np.array_equal(unpack(layout, features, chunks, 2), np.stack([constant] * 2))
    assert sum(np.count_nonzero(chunk) for chunk in chunks) == 2 * constant.size
    scores = ValueLayout("scores", (), 4, heads=3, block=2)
    constant = np.random.default_rng(4).normal(size=(3, 4, 2))
    shifts = [layout.spread(scores.pattern(layout, constant, shift)) for shift in range(2)]
    assert np.array_equal(unpack(layout, scores, shifts, 1)[0], constant)
    assert not scores.pattern(layout, constant, 0)[3::4].any()  # the head that is padding
    equal = ValueLayout("replicated", (0, 0, 0), 3)
    assert np.array_equal(equal.pattern(layout, np.array([[1.0], [2], [3]]), 0)[5], [1, 2, 3, 0])


def test_layouts_of_values_travel() -> None:
    value = ValueLayout("features", (0, 9, 3, 4), 2, heads=2)
    assert ValueLayout.from_json(value.to_json()) == value


def test_windows_begin_with_room_behind_each() -> None:
    layout = Layout(features=2, images=2, tokens=8, window=3, pitch=4)
    assert layout.token_places(5).tolist() == [0, 1, 2, 4, 5]
    assert layout.places(5).tolist() == [True, True, True, False, True, True, False, False] * 2
    assert layout.reach(5) == 6
    assert Layout.from_json(layout.to_json()) == layout
    assert "window" not in Layout(2, 2, 8).to_json()
