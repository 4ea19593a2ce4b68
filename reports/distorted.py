"""Times that are not those of an evaluation: they hold a stall or are in pieces, and tell of no library.

A party that a signal stopped, or that waited for a processor or a disk, has a wall time that its processor
seconds do not fill; one that went on for another that died did a part of the work. Such times are shown with
the reason; neither gate nor rankings use them.

Waiting for the other party is no stall, nor is waiting for a file where files are the work: there a stage is
judged only where its processor was taken from it more often than it gave it up to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reports.floors import single_operations
from reports.record import Record

#: What part of a stage may pass without a processor, and how many seconds are too few to tell.
SHARE, LEAST_S = 0.1, 0.1
#: Stages that write or read keys or the program; of primitives measured one by one all stages do.
OF_FILES = ("start", "keys", "load", "model")


class Stall(NamedTuple):
    """Seconds of a stage that a party spent neither computing nor waiting for another.

    Attributes:
        stage: its name, `evaluate` of a record that tells of no stages.
        party: its name.
        idle_s: how many.
        alone_s: of how many in which it waited for nobody.
        switches: voluntary and involuntary context switches; None where the record tells of none.
    """

    stage: str
    party: str
    idle_s: float
    alone_s: float
    switches: tuple[int, int] | None = None

    @property
    def told(self) -> str:
        """In words, with its figures."""
        party, seconds = self.party.replace("_", " "), f"{self.idle_s:.1f} of {self.alone_s:.1f} s"
        counted = ""
        if self.switches is not None:
            counted = " ({} voluntary and {} involuntary context switches)".format(*self.switches)
        return f"the {party} used no processor for {seconds} of {self.stage}{counted}"


def distorted(record: Record) -> str | None:
    """Why the times of a record are not those of its evaluation; None where they are, or nobody can tell."""
    if record.disturbed:
        return "a party died, and another went on, so its times are in pieces"
    stopped, found = _stopped_s(record), stalls(record)
    told = " and ".join(one.told for one in found[:2])
    more = f", likewise in {len(found) - 2} more" if len(found) > 2 else ""
    if stopped:
        held = f"a party was stopped by a signal for {stopped:.1f} s, which its times hold"
        return f"{held}: {told}{more}" if found else held
    return f"{told}{more}, so its times hold a stall" if found else None


def stalls(record: Record) -> list[Stall]:
    """The stages in which wall and processor seconds part, the longest stall first."""
    found = [one for one in _idle(record) if one.idle_s > max(LEAST_S, SHARE * one.alone_s)]
    return sorted(found, key=lambda one: -one.idle_s)


def _idle(record: Record) -> Iterator[Stall]:
    """What could be a stall, however short; of an older record the evaluation alone."""
    latency, stopped = record.latency, _stopped_s(record)
    for one in latency.stages or []:
        taken = one.involuntary_switches > one.voluntary_switches
        if taken or stopped or not (one.stage in OF_FILES or single_operations(record)):
            switches = one.voluntary_switches, one.involuntary_switches
            yield Stall(one.stage, one.party, one.idle_s, one.wall_s - one.waited_s, switches)
    if latency.stages is None and latency.evaluate_idle_s is not None and latency.evaluate_s is not None:
        yield Stall("evaluate", "evaluator", latency.evaluate_idle_s, latency.evaluate_s)


def _stopped_s(record: Record) -> float:
    """For how long signals stopped parties, on whichever machine."""
    machines = [record.environment, *([record.remote.key_owner] if record.remote else [])]
    return sum(one.stopped_s or 0.0 for one in machines)
