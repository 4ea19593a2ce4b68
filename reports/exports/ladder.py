"""The table of models beside each other: what each loses, and what it costs encrypted, a cell a row.

So that ways to a polynomial model, or degrees of its polynomials, are read in one place: cases of one suite
run the same samples, and their held-out ladders are over the same set.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import ABSENT, bits, count, fixed, loss_with_interval, significant
from reports.ladder import HeldOutLadder
from reports.markdown import plain, table
from reports.record import Record, Status

#: Of the metric, all held-out samples in the clear; the loss with its paired 95 % interval.
HEADINGS = (
    "suite",
    "case",
    "metric",
    "held-out samples",
    "original",
    "polynomial",
    "lost: original → polynomial",
    "backend",
    "parameter set",
    "security",
    "status",
    "levels",
    "bootstraps",
    "round trips",
    "samples",
    "evaluate (s)",
    "a sample (s)",
    "bits, least / mean",
    "labels that agree",
    "key",
)
#: So many signs of a key find the record in its store.
KEY_SIGNS = 8
#: The loss that is told.
LOST = ("original", "polynomial")


def to_ladder(records: Sequence[Record]) -> str:
    """A row for each record of a trained model; empty text where there is none."""
    return table(HEADINGS, [_row(one) for one in records if one.weights == "trained"])


def _row(one: Record) -> tuple[str, ...]:
    ladder, counts = one.ladder, one.counts
    found = ladder.precision
    return (
        plain(one.suite),
        plain(one.case),
        plain(ladder.metric),
        *_held_out(ladder.held_out),
        plain(one.backend),
        plain(one.parameter_set),
        f"{one.security.bits} bits" if one.security.secure else "INSECURE",
        "ok" if one.status is Status.OK else plain(f"{one.status.value}: {one.reason}"),
        count(counts.levels_used),
        count(counts.bootstraps),
        count(counts.round_trips),
        str(one.samples),
        _measured(one.latency.evaluate_s),
        _measured(one.latency.per_sample_s),
        ABSENT if found is None else bits(found.least, found.mean),
        fixed(ladder.label_agreement, 3),
        plain(one.key[:KEY_SIGNS]),
    )


def _held_out(block: HeldOutLadder | None) -> tuple[str, ...]:
    """Of all held-out samples: how many, two rungs, and what is lost between them."""
    if block is None:
        return (ABSENT,) * 4
    lost = (loss_with_interval(block, one) for one in block.drifts if (one.from_rung, one.to_rung) == LOST)
    return (str(block.samples), fixed(block.original, 4), fixed(block.polynomial, 4), next(lost, ABSENT))


def _measured(value: float | None) -> str:
    return ABSENT if value is None else significant(value, thousands="")
