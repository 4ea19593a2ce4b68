"""The rank test and Holm's correction against values known by hand, and the defects of other gates."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ReportError
from reports.statistics.ranks import fewest, holm, mann_whitney, smallest_p


@pytest.mark.parametrize(
    ("before", "after", "p"),
    [
        ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 2 / 20),  # one of the 20 arrangements, and its mirror
        ([1.0, 2.0, 4.0], [3.0, 5.0, 6.0], 4 / 20),
        ([1.0, 4.0, 5.0], [2.0, 3.0, 6.0], 1.0),
    ],
)
def test_exact_by_counting_arrangements(before: list[float], after: list[float], p: float) -> None:
    assert mann_whitney([(before, after), (after, before)]) == pytest.approx([p, p])


def test_ties_never_make_a_difference_of_nothing() -> None:
    assert mann_whitney([([1.0] * 9, [1.0] * 9)]) == [1.0]
    low, high = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [8.0, 9.0, 9.0, 10.0, 11.0, 12.0, 13.0]
    assert mann_whitney([(low, high)]) == pytest.approx([smallest_p(7)])  # no value is on both sides


@given(
    st.integers(2, 5).flatmap(
        lambda count: st.tuples(*(st.lists(st.integers(0, 3), min_size=count, max_size=count),) * 2)
    )
)
def test_with_ties_a_p_is_as_rare_as_it_says(sides: tuple[list[int], list[int]]) -> None:
    """At most a share of p of all arrangements of the values has a p as small.

    The normal approximation breaks this: corrected for ties, it gives 0.0040 where counting gives 0.0079.
    """
    count, values = len(sides[0]), [*sides[0], *sides[1]]
    places = range(2 * count)
    arranged = [
        ([values[at] for at in chosen], [values[at] for at in places if at not in chosen])
        for chosen in combinations(places, count)
    ]
    found = np.sort(mann_whitney(arranged))
    as_small = np.searchsorted(found, found + 1e-12, side="right") / len(found)
    assert np.all(as_small <= found + 1e-12)


def test_pairs_of_every_size_and_kind_keep_their_places() -> None:
    short, even = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), ([2.0] * 5, [2.0] * 5)
    longer = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0])
    assert mann_whitney([short, even, longer, short]) == pytest.approx([0.1, 1.0, 2 / 70, 0.1])
    assert mann_whitney([]) == []


def test_defect_8_what_a_test_can_never_reach_is_known_beforehand() -> None:
    """Five against five are never under 0.002; six are one-sided alone; seven are."""
    assert smallest_p(5) == pytest.approx(2 / 252)
    assert smallest_p(6) / 2 < 0.002 < smallest_p(6)
    apart = ([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0])
    assert mann_whitney([apart]) == pytest.approx([smallest_p(5)])
    assert fewest(0.002) == 7
    assert fewest(0.01) == 5


@pytest.mark.parametrize(("before", "after"), [([1.0, 2.0], [1.0, 2.0, 3.0]), ([], []), ([1.0], [])])
def test_uneven_sides_are_refused_and_never_significant(before: list[float], after: list[float]) -> None:
    """pyperf's: unequal counts raised, were caught, and came out significant."""
    with pytest.raises(ReportError, match=f"{len(before)} values against {len(after)}"):
        mann_whitney([([1.0], [2.0]), (before, after)])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
