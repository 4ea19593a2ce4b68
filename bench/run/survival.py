"""What a cell goes through when parties die: how often they may be started again, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from bench.parties.errors import PartyError
from reports import record

#: Kinds of a `PartyError` of a party that has died.
DEATHS = ("Died", "OutOfMemory")


@dataclass
class Survival:
    """One cell's, over all of its parties.

    Attributes:
        allowed: how many parties may be started again.
        checkpoint_s: how often an evaluation is kept; never where it is None.
        say: told of every party that is started again.
        hopeless: whether a new party would be ended as well, for all of them take too much memory.
        restarts: how many were started again.
        key_sets: under how many sets of keys results were computed.
        journalled: the names of batches whose results parties before had made.
        checkpoints: how many were written.
        checkpoints_s: seconds of writing them.
        lost_s: seconds of work that was done again.
        resumed_runs: how often keys and evaluation were taken up of parties that were all cut off.
    """

    allowed: int = 0
    checkpoint_s: float | None = None
    say: Callable[[str], None] = lambda line: None
    hopeless: Callable[[], bool] = lambda: False
    restarts: int = 0
    key_sets: set[str] = field(default_factory=set)
    journalled: set[str] = field(default_factory=set)
    checkpoints: int = 0
    checkpoints_s: float = 0.0
    lost_s: float = 0.0
    resumed_runs: int = 0
    _since: float = field(default_factory=monotonic)

    @property
    def watchful(self) -> bool:
        """Whether what a new evaluator needs has to be at hand."""
        return self.restarts < self.allowed

    def begins(self) -> None:
        """Work begins that is lost where a party dies over it."""
        self._since = monotonic()

    def checkpoint(self, seconds: float) -> None:
        """What was done up to now is kept."""
        self.checkpoints += 1
        self.checkpoints_s += seconds
        self.begins()

    def again(self, error: PartyError) -> bool:
        """Whether a party that ended so may be started again; if it may, it counts as started."""
        if error.kind not in DEATHS or not self.watchful or self.hopeless():
            return False
        self.restarts += 1
        self.lost_s += monotonic() - self._since
        self.begins()
        self.say(f"  started again, {self.restarts} of {self.allowed} times: {error}")
        return True

    def block(self) -> record.Survival | None:
        """The record's block; None where nothing befell the cell and nothing was kept."""
        if not (self.restarts or self.journalled or self.checkpoints or self.resumed_runs):
            return None
        return record.Survival(
            restarts=self.restarts,
            lost_s=self.lost_s,
            journalled_batches=len(self.journalled),
            key_sets=len(self.key_sets),
            checkpoints=self.checkpoints,
            checkpoints_s=self.checkpoints_s,
            resumed_runs=self.resumed_runs,
        )
