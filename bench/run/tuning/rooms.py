"""How large values may be where they are decrypted or refreshed, as a parameter set decides it."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from backends.headroom import BENT
from backends.parameters import BOOTSTRAP_KINDS, COEFFICIENTS_TO_SLOTS_FIRST

#: Bits by which the first modulus may have to exceed the scale, of round trips.
GAPS = (4, 6, 8, 10, 13, 16)
#: The same of bootstraps, and their correction factors: whatever they err by doubles with each bit of these.
BOOTSTRAP_GAPS = CORRECTION_FACTORS = range(1, 14)


@dataclass(frozen=True)
class Room:
    """How large values may be.

    Attributes:
        gaps: bits by which the first modulus may exceed the scale. The first serve as well as the others;
            which makes a bootstrap err least is chance.
        kind: of the bootstraps; None of round trips.
        correction_factor: that of the bootstraps; None of round trips, and where it is the library's own.
    """

    gaps: tuple[int, ...]
    kind: str | None = None
    correction_factor: int | None = None

    @property
    def refresh(self) -> str:
        """`round_trip` or `bootstrap`."""
        return "round_trip" if self.kind is None else "bootstrap"


def rooms(refresh: str) -> list[list[Room]]:
    """Of round trips, or of each kind of bootstrap, the rooms that there are, the smallest first."""
    if refresh != "bootstrap":
        return [[Room((gap,)) for gap in GAPS]]
    return [_of_kind(kind) for kind in BOOTSTRAP_KINDS]


def _of_kind(kind: str) -> list[Room]:
    if kind != COEFFICIENTS_TO_SLOTS_FIRST:
        return [Room((gap,), kind) for gap in BOOTSTRAP_GAPS]
    return [Room(tuple(range(_least_gap(factor), factor + 1)), kind, factor) for factor in CORRECTION_FACTORS]


def _least_gap(correction_factor: int) -> int:
    """The least gap at which a first modulus holds as much as the sine of a correction factor reaches."""
    return max(BOOTSTRAP_GAPS[0], correction_factor + 1 + round(log2(BENT)))
