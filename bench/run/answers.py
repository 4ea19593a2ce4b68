"""What kept records answer: whether a cell that was run before must run again, and if so why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.run.records import Asked
from reports.errors import ReportError
from reports.origin import CHANGED, SCORED_AGAIN, changed
from reports.record import Record, Status
from reports.store import RawOutputs, Stored, all_finished, check_raw, kept_of, read_raw


@dataclass(frozen=True)
class Outdated:
    """Records of which only the scoring has changed, newest first, with their raw outputs."""

    stored: Sequence[Stored]
    raws: Sequence[RawOutputs]


@dataclass
class Answers:
    """The records of a folder of results, asked for those of one cell.

    Attributes:
        output: where runs are kept, a folder each.
        say: told why a record answers or does not.
    """

    output: Path
    say: Callable[[str], None]
    _refused: set[str] = field(default_factory=set)

    def of(self, asked: Asked, turn: int, *, scored_again: bool) -> Record | Outdated | None:
        """What answers a cell; None, after saying why, where it must run.

        Args:
            asked: the cell, and its key now.
            turn: the number of its round, from 0.
            scored_again: whether cells of its kind can be scored from raw outputs.
        """
        found = self._found(asked.identity)
        if not found:
            return None
        newest = found[0].record
        if newest.key == asked.key:
            return self._answer(newest, self._intact(all_finished(found, asked.key)), turn)
        before = newest.origin
        if before is None:
            self.say("  runs again: the kept record does not say by which code it was made")
            return None
        differing = changed(before, asked.origin)
        why = "; ".join(CHANGED[name] for name in differing)
        earlier = all_finished(found, newest.key)
        if scored_again and SCORED_AGAIN.issuperset(differing) and len(earlier) > turn:
            try:
                raws = [read_raw(stored) for stored in earlier]
            except ReportError as error:
                why = str(error)
            else:
                self.say(f"  scored again from {earlier[turn].record.run_id}: {why}")
                return Outdated(earlier, raws)
        self.say(f"  runs again: {why}")
        return None

    def _answer(self, newest: Record, finished: Sequence[Stored], turn: int) -> Record | None:
        """The record of one of a cell's rounds among those of its key, newest first."""
        if len(finished) > turn:
            answer = finished[turn].record
            self.say(f"  answered by {answer.run_id}; --fresh runs it again")
            return answer
        if newest.status is not Status.OK:
            self.say(f"  runs again: the kept record is {newest.status.value}")
        return None

    def _intact(self, finished: Sequence[Stored]) -> list[Stored]:
        """Those whose raw outputs are as they were written; without them a record is no answer."""
        intact = []
        for stored in finished:
            try:
                check_raw(stored)
            except ReportError as error:
                self.say(f"  no answer: {error}")
            else:
                intact.append(stored)
        return intact

    def _found(self, identity: str) -> list[Stored]:
        """The kept records of a cell, newest first; lines that are refused are told, each once."""
        kept = kept_of(self.output, identity)
        for why in kept.refused:
            if why not in self._refused:
                self.say(f"  left out: {why}")
        self._refused.update(kept.refused)
        return kept.stored
