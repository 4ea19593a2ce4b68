"""The clock of the day jumps by a day while a run is under way, as where it is set or a machine wakes up.

Only what asks its C library for the time can be told another one: `clock.c` is preloaded into this process,
of which the runs are forks, and into their parties. The kernel's clock stays as it is, and with it the times
of files and how long its keyring keeps a key. So does every wait: one until a time of day, which none should
be, would end at once or never. libfaketime does the same, but under it (0.9.10) an absolute wait by the
monotonic clock fails, and since 3.11 Python sleeps by one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.faults.faults import ALIVE, Fault, Trial, own_interpreter
from tests.faults.front import STAGES
from tests.faults.lasting import cut_off_in
from tests.faults.system import die_with_parent

#: By how many seconds a clock jumps.
DAY_S = 86_400
#: The parties whose clocks can be set apart from that of the front, in a folder of a trial.
_PARTIES, _CLOCKS = ("key_owner", "evaluator"), "clocks"
#: The variables by which `clock.c` gets into a process and finds the file that says what the clock is.
_PRELOAD, _AHEAD = "LD_PRELOAD", "CLOCK_AHEAD"
_SOURCE = Path(__file__).with_name("clock.c")
#: An interpreter that runs each party with a clock of its own.
_SCRIPT = """#!/bin/sh
case "$*" in
    *roles.key_owner*) of=key_owner ;;
    *) of=evaluator ;;
esac
export LD_PRELOAD={library} CLOCK_AHEAD={clocks}/$of
exec {python} "$@"
"""


def can_set_clocks() -> bool:
    """Whether there is a compiler for what gives a process another clock."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def preloaded() -> bool:
    """Whether this process has a clock that can be set."""
    return _AHEAD in os.environ


def library(folder: Path) -> Path:
    """What gives a process another clock, made in a folder."""
    made = folder / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(made), str(_SOURCE)], check=True)
    return made


def with_clock(made: Path, clock: Path) -> dict[str, str]:
    """The environment of a process whose clock is that of a file."""
    return {**os.environ, _PRELOAD: str(made), _AHEAD: str(clock)}


def set_clock(clock: Path, seconds: int) -> None:
    """Let the clock of a file be so far ahead, at once in every process that has it."""
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(seconds.to_bytes(8, "little", signed=True))


def set_right() -> None:
    """Let this process have the system's clock again."""
    if preloaded():
        set_clock(Path(os.environ[_AHEAD]), 0)


def begin_anew(module: str, arguments: Sequence[str]) -> int:
    """Run a module in a child whose clock can be set, and return its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        clock = Path(folder) / "clock"
        set_clock(clock, 0)
        command = [sys.executable, "-m", module, *arguments]
        environment = with_clock(library(Path(folder)), clock)
        return subprocess.run(command, env=environment, preexec_fn=die_with_parent, check=False).returncode


def _jump(trial: Trial, targets: Sequence[str], seconds: int) -> None:
    for target in targets:
        clock = Path(os.environ[_AHEAD]) if target == "front" else trial.folder / _CLOCKS / target
        set_clock(clock, seconds)


def _by_clocks(trial: Trial) -> None:
    """Run the parties by an interpreter whose clocks can be set; they are right at first."""
    python, clocks = own_interpreter(trial), trial.folder / _CLOCKS
    if not clocks.exists():
        clocks.mkdir()
        _jump(trial, _PARTIES, 0)
        itself = python.rename(python.with_name("itself"))
        made = os.environ[_PRELOAD]
        python.write_text(_SCRIPT.format(library=made, clocks=clocks, python=itself))
        python.chmod(0o700)
    sys.executable = str(python)


def jumps() -> Iterator[Fault]:
    """The clock of each process, and of all at once, jumps forwards or back at each of its stages.

    Before the run is resumed it is set right, but where it is only then that it jumps. Where it went back,
    what was kept is dated ahead and answers nothing.
    """
    every = ("front", *_PARTIES)
    for said, seconds in (("forwards", DAY_S), ("back", -DAY_S)):
        for target, (first, last) in {**ALIVE, "machine": ALIVE["front"]}.items():
            targets = every if target == "machine" else (target,)
            for stage in STAGES[first:last]:
                yield Fault(
                    f"the {target}'s clock jumps a day {said} in {stage}",
                    stage,
                    partial(_jump, targets=targets, seconds=seconds),
                    partial(_jump, targets=targets, seconds=0),
                    before=_by_clocks,
                    again=_by_clocks,
                    clock=True,
                )
        yield Fault(
            f"the machine's clock jumps a day {said} before a killed run is resumed",
            "evaluation",
            cut_off_in("front"),
            partial(_jump, targets=every, seconds=seconds),
            before=_by_clocks,
            again=_by_clocks,
            clock=True,
            tidies=False,
            lasting=True,
            most=1 if seconds > 0 else 2,
        )
