"""Faults of every kind at every stage of a run, and what must be true after each of them.

    python -m tests.faults.campaign                         all of them, on the simulator
    python -m tests.faults.campaign --faults 40 --backend openfhe

A run has two cells; the first has a kept record, and the fault comes in the second. After each there must be
no process left and nothing in the clear on disk, and every error must have been a sentence. Then the same
command is given again: it ends well, every cell has one record, and its exact measures are those of a run
without faults. The exit status is 1 where something of this is not so.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import bench.cli.commands.run  # noqa: F401 (which every run would import anew)
from bench.run.listener import Expected, Listener
from bench.run.service import Service
from bench.spec.cells import Cell
from bench.spec.selection import Selection
from reports.record import Record
from tests.faults.checks import implausible, kept, leaks, lost_or_repeated, orphans
from tests.faults.faults import Fault, Trial
from tests.faults.front import Front, HangError
from tests.faults.jumps import begin_anew, can_set_clocks, preloaded, set_right
from tests.faults.kinds import chosen
from tests.faults.system import can_refuse_writes, enter, small_disk
from tests.secrets.sought import samples_of
from tests.secrets.traces import Search

SUITE = """
suite: faults
title: INSECURE toy cells that are broken on purpose
security: 0
samples: 3
cases:
  - {{name: kept, layer: {{kind: activation, tokens: 2, features: 4, degree: 3}}}}
  - {{name: broken, layer: {{kind: block, tokens: 4, features: 8, heads: 2, degree: 4, blocks: {blocks}}}}}
parameter_sets:
  - {{{parameters}, backends: [openfhe]}}
repeats: 2
limits: {{seconds: 600, memory_bytes: 8000000000{lasting}}}
"""
#: What a suite says whose runs go on within a batch.
LASTING = ", restarts: 1, checkpoint_s: 0.000001, keep_keys_s: 600"
#: The two kinds of refresh, each with blocks enough to need it.
SETS = {
    "round_trip": (
        "alias: toy, log_n: 12, first_modulus_bits: 50, scale_bits: 40, depth: 8, digits: 9, "
        "refresh: round_trip, program: portable",
        1,
    ),
    "bootstrap": (
        "alias: toy, log_n: 12, first_modulus_bits: 55, scale_bits: 50, depth: 24, digits: 3, "
        "secret: sparse_encapsulated, bootstrap: {level_budget: [3, 3], correction_factor: 5, depth: 16}, "
        "refresh: bootstrap, program: complex",
        2,
    ),
}
#: A disk on which there is room for a run of each of them and little more; a library's keys take most of it.
SMALL_BYTES = 512 << 20


class Planner(Listener):
    """Has every cell planned beforehand, as a screen does; no run has to import and fit what that takes."""

    def cells(self, cells: Sequence[Cell], expected: Expected) -> None:
        for cell in cells:
            expected(cell)


@dataclass(frozen=True)
class Ground:
    """What faults are tried on.

    Attributes:
        folder: for everything.
        suites: of the run; the second one's runs go on within a batch.
        arguments: of the run, without suite and output.
        wanted: the records of a run without faults, by their cells.
        samples: of its cells, which must be on no disk.
        own: whether this process has namespaces of its own, and with them a small disk.
    """

    folder: Path
    suites: Sequence[Path]
    arguments: Sequence[str]
    wanted: Mapping[str, Record]
    samples: Search
    own: bool

    @property
    def kept(self) -> Path:
        """Results in which the first cell is answered."""
        return self.folder / "kept"

    def command(self, output: Path, *, lasting: bool = False) -> list[str]:
        """A run into a folder of results."""
        return ["run", str(self.suites[lasting]), *self.arguments, "--output", str(output)]

    def can(self, fault: Fault) -> bool:
        """Whether this system lets the fault be inflicted."""
        return (
            (self.own or not fault.small)
            and (can_refuse_writes() or "read-only" not in fault.name)
            and (preloaded() or not fault.clock)
        )


def prepared(folder: Path, backend: str, refresh: str, own: bool) -> Ground:
    """Run without faults, once; what is asked again here, and digested for it, no run has to do again."""
    parameters, blocks = SETS[refresh]
    suites = folder / "faults.yaml", folder / "lasting.yaml"
    for suite, lasting in zip(suites, ("", LASTING), strict=True):
        suite.write_text(SUITE.format(parameters=parameters, blocks=blocks, lasting=lasting))
    arguments = ("--backend", backend, "--parameters", "toy")
    cells: Sequence[Cell] = Selection(str(suites[0]), (backend,), ("toy",)).cells()
    ground = Ground(folder, suites, arguments, {}, samples_of(cells), own)
    for only, output in ((("--case", "kept"), ground.kept), ((), folder / "undisturbed")):
        front = Front([*ground.command(output), *only], folder)
        status = front.end()
        if status:
            raise AssertionError(f"without a fault: status {status}\n{front.text}")
    wanted = {record.cell: record for record in Service(folder / "undisturbed", Planner()).records(cells)}
    if own:
        small_disk(folder / "small", SMALL_BYTES)
    return replace(ground, wanted=wanted)


@contextmanager
def trial(ground: Ground, fault: Fault) -> Iterator[Trial]:
    """A folder in which one fault is tried, with a kept record."""
    with tempfile.TemporaryDirectory(dir=ground.folder, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        output = (ground.folder / "small" if ground.own else folder) / "results"
        shutil.copytree(ground.kept, output)
        try:
            yield Trial(folder, output, ground.command(output, lasting=fault.lasting))
        finally:
            set_right()
            shutil.rmtree(output, ignore_errors=True)


def tried(ground: Ground, fault: Fault) -> list[str]:
    """Everything that is wrong after a fault; empty where all is well."""
    with trial(ground, fault) as one:
        try:
            wrong = _broken(ground, fault, one)
            fault.undo(one)
            return wrong + _resumed(ground, fault, one)
        except (HangError, AssertionError) as error:
            one.front.kill()
            return [f"{type(error).__name__}: {error}"]


def _broken(ground: Ground, fault: Fault, one: Trial) -> list[str]:
    """What is wrong after the run that met the fault."""
    if fault.stage is None:
        fault.inflict(one)
    one.front = Front(one.arguments, one.folder, lambda: fault.before(one))
    if fault.stage is not None:
        if not one.front.until(fault.stage):
            raise AssertionError(f"the run never came to {fault.stage}: {one.front.text}")
        fault.inflict(one)
    one.front.end()
    wrong = orphans([*one.front.parties], one.output) + _said(one.front)
    return wrong + (_left(ground, one) if fault.tidies else [])


def _resumed(ground: Ground, fault: Fault, one: Trial) -> list[str]:
    """What is wrong after the same command was given again."""
    away = one.folder / "away"
    if away.exists():
        away.rename(one.folder / "venv")
    again = Front(one.arguments, one.folder, lambda: fault.again(one))
    status = again.end()
    wrong = [f"resumed: status {status}\n{again.text}"] if status else []
    wrong += orphans([*again.parties], one.output) + _said(again) + _left(ground, one)
    found = kept(one.output)
    return wrong + implausible(found) + lost_or_repeated(found, ground.wanted, fault.most)


def _said(front: Front) -> list[str]:
    text = front.text
    return [f"a traceback:\n{text}"] if "Traceback" in text else []


def _left(ground: Ground, one: Trial) -> list[str]:
    return [*leaks(one.output, ground.samples), *leaks(one.folder, ground.samples)]


def main() -> int:
    """Run a campaign and print what became of its faults."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--faults", type=int, help="so many of each kind of refresh; all without it")
    asked.add_argument("--backend", default="cleartext")
    asked.add_argument("--refresh", choices=SETS, action="append", help="both without it")
    asked.add_argument("--only", default="", help="those with this in their name")
    given = asked.parse_args()
    if can_set_clocks() and not preloaded():
        return begin_anew("tests.faults.campaign", sys.argv[1:])
    own = enter()
    counted: Counter[str] = Counter()
    for refresh in given.refresh or SETS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            ground = prepared(Path(folder), given.backend, refresh, own)
            for fault in chosen(given.faults, given.only):
                if not ground.can(fault):
                    counted["left out"] += 1
                    continue
                wrong = tried(ground, fault)
                end = "failed" if wrong else "survived"
                counted[end] += 1
                print("\n  ".join((f"{end}: {refresh}, {fault.name}", *wrong)), flush=True)  # noqa: T201
    print(", ".join(f"{end} {count}" for end, count in sorted(counted.items())))  # noqa: T201
    return int(counted["failed"] > 0 or not counted["survived"])


if __name__ == "__main__":
    sys.exit(main())
