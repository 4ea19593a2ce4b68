"""The Pareto front of latency against precision: no other cell is both faster and more precise."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import NamedTuple


class Point(NamedTuple):
    """One cell on the plane: its number, the group that it competes in, and where it lies."""

    number: int
    group: Hashable
    seconds: float
    bits: float


def front(points: Sequence[Point]) -> set[int]:
    """Numbers of the points that none of their own group beats in both measures."""
    found: set[int] = set()
    ordered = sorted(points, key=lambda point: (repr(point.group), point.seconds, -point.bits))
    for _, group in groupby(ordered, key=lambda point: repr(point.group)):
        best = float("-inf")
        for point in group:
            if point.bits > best:
                best = point.bits
                found.add(point.number)
    return found
