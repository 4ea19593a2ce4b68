"""What a reader knows a parameter set by: its short name, and the numbers that its long name holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reports.record import Record


class NamedSet(NamedTuple):
    """A parameter set in few words; what is not known of it is None.

    Attributes:
        alias: its short name in its suite.
        depth: levels of its modulus chain.
        scale_bits: log₂ of the scale.
        digits: parts of a key switch.
    """

    alias: str | None = None
    depth: int | None = None
    scale_bits: int | None = None
    digits: int | None = None


#: Suite and name of a parameter set, as records have them → what it is known by.
NamedSets = Mapping[tuple[str, str], NamedSet]


def set_of(record: Record, sets: NamedSets) -> NamedSet:
    """What a record's parameter set is known by."""
    return sets.get((record.suite, record.parameter_set), NamedSet())


def refresh_of(record: Record) -> str | None:
    """How a record's values were given levels again; None where nothing tells."""
    counts = record.counts
    if counts.bootstraps is None and counts.round_trips is None:
        return None
    kinds = {"bootstrap": counts.bootstraps, "round trip": counts.round_trips}
    return " and ".join(name for name, count in kinds.items() if count) or "none"
