"""The Pareto front, against its definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.html.front import Point, front

Coordinates = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 6).map(float), st.integers(1, 6).map(float))
)


def test_a_record_that_another_beats_in_both_is_not_on_the_front() -> None:
    points = [Point(0, "a", 1.0, 10.0), Point(1, "a", 2.0, 20.0), Point(2, "a", 3.0, 15.0)]
    assert front(points) == {0, 1}


def test_groups_do_not_compete() -> None:
    assert front([Point(0, "a", 1.0, 10.0), Point(1, "b", 2.0, 5.0)]) == {0, 1}


@given(Coordinates)
def test_nothing_off_the_front_is_unbeaten_and_nothing_on_it_is_beaten(
    found: list[tuple[str, float, float]],
) -> None:
    points = [Point(place, *one) for place, one in enumerate(found)]
    on = front(points)
    for point in points:
        group = [other for other in points if other.group == point.group and other != point]
        beaten = any(
            other.seconds <= point.seconds
            and other.bits >= point.bits
            and (other.seconds, other.bits) != (point.seconds, point.bits)
            for other in group
        )
        assert not (beaten and point.number in on)
        if not beaten:  # equal points: one of them stands for all
            equal = {other.number for other in [point, *group] if other[1:] == point[1:]}
            assert equal & on
