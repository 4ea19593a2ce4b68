"""What a cell must be and reach to be ranked by its times: the one home of these rules.

The terminal asks here. The page is given what does not move, as `derived.interactive` and `derived.unranked`
of each row, and the floors that it begins with. A reader moves these, so `scripts/divisions.js` compares with
floors as `under_floor` does; `tests/reports/html/browser/test_both_rank.py` holds both to one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reports.record import Record, Status
from reports.statistics.robust import median


class Floors(NamedTuple):
    """The least that a ranked cell reaches.

    Attributes:
        bits: of precision.
        agreement: share of the samples that keep their label when encrypted.
    """

    bits: float
    agreement: float


#: Where nobody says otherwise.
FLOORS = Floors(bits=8.0, agreement=0.99)


def interactive(record: Record) -> bool:
    """Whether the key owner was asked on the way: a client-aided refresh (round trip)."""
    return bool(record.counts.round_trips)


def single_operations(record: Record) -> bool:
    """Whether its primitives were measured one by one; else they are those of an evaluation."""
    return any(primitive.samples_s for primitive in record.latency.primitives or [])


def unranked(record: Record) -> str | None:
    """Why a cell is ranked with none, whatever it reaches and takes; None where it may be ranked."""
    if record.status is not Status.OK:
        return f"{record.status.words}: {record.reason}"
    if not record.security.secure:
        return "INSECURE"
    return "single operations" if single_operations(record) else None


def under_floor(processes: Sequence[Record], floors: Floors = FLOORS) -> str | None:
    """Which floor a cell is under, by the medians of its processes; None where it is above both."""
    ladders = [record.ladder for record in processes]
    bits = _median(ladder.precision_bits for ladder in ladders)
    error = _median(ladder.logit_error_max for ladder in ladders)
    same = _median(ladder.label_agreement for ladder in ladders)
    if bits is None and error != 0 and floors.bits > 0:
        return "precision unknown"
    if bits is not None and bits < floors.bits:
        return f"{bits:.1f} bits, under the floor"
    if same is not None and same < floors.agreement:  # layers have no labels that could agree
        return f"{100 * same:.1f} % the same label, under the floor"
    return None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
