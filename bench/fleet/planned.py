"""A sweep planned on a fleet: which cells fit which machine, when they run there, and what that costs.

Seconds are the plan's, by the machine's speed; where a machine has less memory, fewer constants are encoded
ahead, and its seconds are predicted for that. What a task takes beside its parties' lives, such as reading a
data set, is not in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backends.registry import get
from bench.fleet.groups import groups
from bench.fleet.simulation import Run, simulated
from bench.run import stages
from bench.run.cores import used_threads
from bench.run.foreseen import Foreseen, foresee
from bench.run.prediction.prediction import Prediction
from bench.spec.cells import Cell, turns
from bench.spec.fleet import Fleet, MachineKind
from reports.figures import size
from reports.record import Record, Status

SECONDS_PER_HOUR = 3600
JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Task:
    """Cells that one machine runs.

    Attributes:
        cells: each once, though it may have several rounds.
        rounds: how many processes all of its cells have together.
        seconds: name of a kind of machine → what it takes there.
        lacking: name of a kind of machine → why it cannot run there.
    """

    cells: tuple[Cell, ...]
    rounds: int
    seconds: Mapping[str, float]
    lacking: Mapping[str, str]


@dataclass(frozen=True)
class Share:
    """What one kind of machine does in a sweep.

    Attributes:
        kind: the kind.
        used: how many of its machines run anything.
        busy_s: seconds of all their cells.
        held_s: seconds for which they are held, each from the beginning to the end of its last cell.
    """

    kind: MachineKind
    used: int
    busy_s: float
    held_s: float

    @property
    def price(self) -> float:
        """Of the hours for which its machines are held, in the fleet's currency."""
        return self.held_s / SECONDS_PER_HOUR * self.kind.price_per_hour

    @property
    def energy_kwh(self) -> float | None:
        """What its machines draw while cells run; None where nobody says."""
        return None if self.kind.watts is None else self.busy_s * self.kind.watts / JOULES_PER_KWH


@dataclass(frozen=True)
class Planned:
    """A sweep on a fleet, simulated.

    Attributes:
        found: what is foreseen of every cell.
        fleet: the machines.
        tasks: of the cells of which the plan tells what they take.
        runs: of the tasks that fit a machine.
        untold: cells that can run and of which the plan tells no seconds.
    """

    found: Sequence[Foreseen]
    fleet: Fleet
    tasks: Sequence[Task]
    runs: Sequence[Run]
    untold: Sequence[Cell]

    @property
    def homeless(self) -> list[Task]:
        """Tasks that fit no machine."""
        return [task for task in self.tasks if not task.seconds]

    @property
    def end_s(self) -> float:
        """When the last cell ends, since the sweep began."""
        return max((run.end_s for run in self.runs), default=0.0)

    @cached_property
    def shares(self) -> list[Share]:
        """What each kind of machine does."""
        return [self._share(kind) for kind in self.fleet.machines]

    @property
    def price(self) -> float:
        """Of all machines, in the fleet's currency."""
        return sum(share.price for share in self.shares)

    @property
    def energy_kwh(self) -> float | None:
        """Of all machines; None where it is not known of one that is used."""
        known = [share.energy_kwh for share in self.shares if share.used]
        return None if None in known else sum(one for one in known if one is not None)

    def _share(self, kind: MachineKind) -> Share:
        mine = [run for run in self.runs if run.kind is kind]
        last = {run.number: run.end_s for run in mine}  # in the order in which they begin, and so end
        return Share(kind, len(last), sum(run.end_s - run.start_s for run in mine), sum(last.values()))


def plan(cells: Sequence[Cell], fleet: Fleet, records: Sequence[Record] = ()) -> Planned:
    """Plan a sweep.

    Args:
        cells: what a suite and a request select.
        fleet: the machines.
        records: of earlier runs, to which the prediction of times is fitted.

    Raises:
        ModelError, UserError: a case's model or data are missing or do not fit each other.
    """
    found = foresee(cells, records, memories={kind.memory_bytes for kind in fleet.machines})
    known = {id(one.cell): one for one in found}
    turned = [(turn, cell) for turn, cell in turns(cells) if known[id(cell)].prediction is not None]
    tasks = [_task([known[id(turned[place][1])] for place in group], fleet) for group in groups(turned)]
    untold = [one.cell for one in found if one.status is Status.OK and one.prediction is None]
    return Planned(found, fleet, tasks, simulated([task.seconds for task in tasks], fleet), untold)


def _task(group: Sequence[Foreseen], fleet: Fleet) -> Task:
    """A task of cells that take turns, each as often as it is in the group."""
    lacking = {kind.name: why for kind in fleet.machines if (why := _lacking(group, kind)) is not None}
    seconds = {
        kind.name: sum(_seconds(one.cell, one.elsewhere[kind.memory_bytes]) for one in group) / kind.speed
        for kind in fleet.machines
        if kind.name not in lacking
    }
    return Task(tuple({id(one): one.cell for one in group}.values()), len(group), seconds, lacking)


def _seconds(cell: Cell, told: Prediction) -> float:
    """A cell's stages, with all its repeats."""
    return sum(seconds for _, seconds in stages.of_program(told, cell.repeats))


def _lacking(group: Sequence[Foreseen], kind: MachineKind) -> str | None:
    """The first thing that a kind of machine has too little of; None where it has enough of all."""
    for one in group:
        told = one.elsewhere[kind.memory_bytes]
        threads = used_threads(one.cell, get(one.cell.backend))
        if told.together_bytes > kind.memory_bytes:
            return f"needs {size(told.together_bytes)} of memory"
        if told.disk_bytes > kind.disk_bytes:
            return f"needs {size(told.disk_bytes)} of disk"
        if threads > kind.cores:
            return f"needs {threads} cores"
    return None
