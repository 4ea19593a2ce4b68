"""Splits and orders of labelled samples."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.samples import Samples, balanced_split, interleaved


def some(labels: list[int]) -> Samples:
    """One sample per label, its input its position."""
    inputs = np.arange(float(len(labels))).reshape(-1, 1, 1)
    return Samples(inputs, np.array(labels, np.int64), tuple(f"s{i}" for i in range(len(labels))))


def test_a_split_depends_on_its_salt_alone_and_not_on_the_order() -> None:
    samples = some([0, 1] * 10)
    rest, taken = balanced_split(samples, 3, "salt")
    _, again = balanced_split(samples.take(range(19, -1, -1)), 3, "salt")
    _, other = balanced_split(samples, 3, "pepper")
    assert taken.ids == again.ids != other.ids
    assert taken.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert len(rest) == 14
    assert not {*rest.ids} & {*taken.ids}
    for name, value in zip(taken.ids, taken.inputs[:, 0, 0], strict=True):
        assert value == int(name[1:])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_interleaving_keeps_all_and_is_balanced_as_long_as_it_can_be(labels: list[int]) -> None:
    found = interleaved(some(labels))
    assert sorted(found.ids) == sorted(some(labels).ids)
    assert [labels[int(value)] for value in found.inputs[:, 0, 0]] == found.labels.tolist()
    counts = Counter(labels)
    whole = min(counts.values()) * len(counts)
    for turn in range(0, whole, len(counts)):
        assert found.labels[turn : turn + len(counts)].tolist() == sorted(counts)
    for label in counts:
        places = found.inputs[found.labels == label, 0, 0]
        assert (np.diff(places) > 0).all()


def test_interleaving_twice_changes_nothing() -> None:
    once = interleaved(some([2, 2, 1, 0, 0, 0, 1]))
    assert interleaved(once).ids == once.ids


@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_the_digest_changes_with_every_part(dtype: type) -> None:
    inputs, labels = np.arange(6).reshape(2, 3).astype(dtype), np.array([0, 1])
    samples = Samples(inputs, labels, ("a", "b"))
    assert samples.digest() == Samples(inputs.copy(), labels, ("a", "b")).digest()
    changed = [
        Samples(inputs + 1, labels, ("a", "b")),
        Samples(inputs, labels[::-1].copy(), ("a", "b")),
        Samples(inputs, labels, ("a", "c")),
    ]
    assert len({samples.digest(), *(other.digest() for other in changed)}) == 4
