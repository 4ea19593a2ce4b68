"""Times that are not those of an evaluation: they hold a stall or are in pieces, and tell of no library.

An evaluator that a signal stopped, or that waited for a processor or a disk, has a wall time that its
processor seconds do not fill; one that went on for another that died did a part of the work. Such times are
shown with the reason; neither gate nor rankings use them.
"""

from __future__ import annotations

from reports.record import Record

#: What part of an evaluation may pass without a processor, and how many seconds are too few to tell.
SHARE, LEAST_S = 0.1, 0.1


def distorted(record: Record) -> str | None:
    """Why the times of a record are not those of its evaluation; None where they are, or nobody can tell."""
    if record.disturbed:
        return "a party died, and another went on, so its times are in pieces"
    stopped = record.environment.stopped_s
    if stopped:
        return f"a party was stopped by a signal for {stopped:.1f} s, which its times hold"
    idle, whole = record.latency.evaluate_idle_s, record.latency.evaluate_s
    if idle is None or whole is None or idle <= max(LEAST_S, SHARE * whole):
        return None
    return f"the evaluator used no processor for {idle:.1f} of {whole:.1f} s, so its times hold a stall"
