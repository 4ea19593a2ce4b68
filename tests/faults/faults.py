"""The faults: what is done to a run, at which stage of it, and how it is undone before the run is resumed."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil

from reports.lines import decode, encode
from reports.store import RECORDS
from tests.faults.front import STAGES, Front
from tests.faults.system import FILLER, fill, other_clock, other_processes

#: Where in a run each process is there: from the stage of this number on, before that of the other.
ALIVE = {"front": (0, 10), "key_owner": (2, 9), "evaluator": (4, 9)}
#: How each process is asked or made to end; of the front process also twice.
ENDINGS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: After which the front process has no time to tidy up.
AT_ONCE = (signal.SIGKILL, signal.SIGSEGV)
#: Seconds after the beginning of a stage.
DELAYS = (0.0, 0.004, 0.02)


@dataclass
class Trial:
    """One fault and what it is done to.

    Attributes:
        folder: for everything of it.
        output: where the run keeps its records.
        arguments: of the run.
        front: the run, once it is under way.
    """

    folder: Path
    output: Path
    arguments: Sequence[str]
    front: Front = field(init=False)

    def pid(self, target: str) -> int:
        """The process of the run that is meant."""
        return self.front.pid if target == "front" else self.front.party(target)

    def files(self, pattern: str) -> list[Path]:
        """Files of the run's parties."""
        return sorted(self.output.glob(f"*/*/.parties-*/{pattern}"))


def nothing(trial: Trial) -> None:
    """Nothing at all."""


@dataclass(frozen=True)
class Fault:
    """What is done to a run.

    Attributes:
        name: says what and where.
        stage: at whose beginning; None where it is done before the run starts.
        inflict: does it, while the run waits at that stage, or before there is one.
        undo: is called before the run is resumed.
        before: is called in the run's process before it begins.
        again: likewise in that of the one that resumes it.
        tidies: whether the run can tidy up; else the next one does.
        most: finished records that a cell may have in the end.
        small: whether it needs a small disk, or another right of a namespace.
        lasting: whether the run keeps its evaluation and its keys, for the next one to go on with.
        clock: whether it sets the clock of this process, of which the run is a fork, or one like it.
    """

    name: str
    stage: str | None
    inflict: Callable[[Trial], None]
    undo: Callable[[Trial], None] = nothing
    before: Callable[[Trial], None] = nothing
    again: Callable[[Trial], None] = nothing
    tidies: bool = True
    most: int = 1
    small: bool = False
    lasting: bool = False
    clock: bool = False


def send(trial: Trial, target: str, numbers: Sequence[int], delay: float) -> None:
    pid = trial.pid(target)
    if delay:
        trial.front.go()
        time.sleep(delay)
    for number in numbers:
        if psutil.pid_exists(pid):
            os.kill(pid, number)
        trial.front.go()
        time.sleep(0.005)


def _pause(trial: Trial, target: str, seconds: float) -> None:
    pid = trial.pid(target)
    os.kill(pid, signal.SIGSTOP)
    trial.front.go()
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


def signals() -> Iterator[Fault]:
    """Every signal to each process at each of its stages, at their beginning or a little later."""
    turn = 0
    for target, (first, last) in ALIVE.items():
        endings: list[tuple[int, ...]] = [(number,) for number in ENDINGS]
        if target == "front":
            endings += [(number, number) for number in ENDINGS[2:]]
        for stage in STAGES[first:last]:
            for numbers in endings:
                delay, turn = DELAYS[turn % len(DELAYS)], turn + 1
                said = " and ".join(signal.Signals(number).name for number in numbers)
                yield Fault(
                    f"{said} to the {target}, {delay * 1000:g} ms into {stage}",
                    stage,
                    partial(send, target=target, numbers=numbers, delay=delay),
                    tidies=target != "front" or numbers[0] not in AT_ONCE,
                )
            yield Fault(
                f"SIGSTOP to the {target} for a moment in {stage}",
                stage,
                partial(_pause, target=target, seconds=0.2),
            )


def limited(trial: Trial, target: str, kind: int) -> None:
    process = psutil.Process(trial.pid(target))
    now = {
        resource.RLIMIT_AS: process.memory_info().vms + (1 << 20),
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_FSIZE: 0,
    }[kind]
    _, most = process.rlimit(kind)
    process.rlimit(kind, (now, most))


def limits() -> Iterator[Fault]:
    """No more memory, no more open files, no more bytes in files, for each process at each of its stages."""
    kinds = {
        "memory": resource.RLIMIT_AS,
        "open files": resource.RLIMIT_NOFILE,
        "bytes": resource.RLIMIT_FSIZE,
    }
    for target, (first, last) in ALIVE.items():
        for stage in STAGES[first:last]:
            for said, kind in kinds.items():
                inflict = partial(limited, target=target, kind=kind)
                tidies = (target, said) != ("front", "open files")  # a folder must be opened to be emptied
                yield Fault(f"no more {said} for the {target} from {stage} on", stage, inflict, tidies=tidies)


def filled(trial: Trial) -> None:
    fill(trial.output)


def freed(trial: Trial) -> None:
    (trial.output / FILLER).unlink(missing_ok=True)


def _remove_run(trial: Trial) -> None:
    """The folder of the run under way, and not those of others."""
    for folder in {path.parents[1] for path in trial.output.glob("*/*/*.log")} or set():
        shutil.rmtree(folder)


def disks() -> Iterator[Fault]:
    """A disk that is full, takes no writes or loses the run's folder, from each stage on."""
    for stage in STAGES:
        yield Fault(f"a full disk from {stage} on", stage, filled, freed, small=True)
        yield Fault(
            f"a read-only disk from {stage} on",
            stage,
            lambda trial: trial.front.go(read_only=True),
            tidies=False,
        )
        yield Fault(f"the run's folder is removed in {stage}", stage, _remove_run)


def flip(path: Path, part: float) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[int(part * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def cut(path: Path, part: float) -> None:
    os.truncate(path, int(part * path.stat().st_size))


def _spoil(trial: Trial, pattern: str, spoil: Callable[[Path], object], number: int = 0) -> None:
    found = trial.files(pattern) or sorted(trial.output.glob(pattern))
    spoil(found[number % len(found)])


def _swap(trial: Trial, pattern: str) -> None:
    first, *_, last = [*trial.files(pattern)[:1], *trial.files(pattern)]
    content = first.read_bytes()
    first.write_bytes(last.read_bytes()[::-1] if first == last else last.read_bytes())
    last.write_bytes(content)


#: What is spoilt, at which stage it lies there.
PLACES = (
    ("a key", "loading keys", "evaluator/*"),
    ("an encrypted sample", "evaluation", "evaluator/from_key_owner_*"),
    ("an encrypted result", "decryption", "evaluator/from_evaluator_*"),
)


def damage() -> Iterator[Fault]:
    """Keys and ciphertexts on their way, kept records and raw outputs: flipped, cut, gone or exchanged."""
    ways: dict[str, Callable[[Path], object]] = {
        "flipped at its beginning": partial(flip, part=0.0),
        "flipped": partial(flip, part=0.6),
        "cut": partial(cut, part=0.5),
        "empty": partial(cut, part=0.0),
        "gone": Path.unlink,
    }
    for what, stage, pattern in PLACES:
        for number in range(2):
            for said, way in ways.items():
                spoil = partial(_spoil, pattern=pattern, spoil=way, number=number)
                yield Fault(f"{what} ({number}) is {said}", stage, spoil)
        yield Fault(f"{what} is exchanged for another", stage, partial(_swap, pattern=pattern))
    for what, pattern in (("the kept record", f"*/{RECORDS}"), ("its raw output", "*/*.npz")):
        for said, way in ways.items():
            yield Fault(f"{what} is {said}", None, partial(_spoil, pattern=pattern, spoil=way))


def _dated(trial: Trial, days: int) -> None:
    """As if the clock had been wrong when the kept record was made."""
    for path in trial.output.glob(f"*/{RECORDS}"):
        line = decode(path.read_bytes())
        at = line.record.started_at + timedelta(days=days)
        path.write_text(
            encode(line._replace(record=line.record.model_copy(update={"started_at": at}))) + "\n"
        )


def clocks() -> Iterator[Fault]:
    """A clock that was wrong when a record was made, and parties with another clock than the run has."""
    for days in (-20_000, -400, -1, 1, 400):
        yield Fault(f"the kept record is of {days} days from now", None, partial(_dated, days=days))
    for seconds in (1_000_000, 1):
        yield Fault(
            f"the parties' clock is {seconds} s ahead",
            None,
            nothing,
            before=lambda trial, seconds=seconds: other_clock(seconds),  # type: ignore[misc]
            small=True,
        )


def own_interpreter(trial: Trial) -> Path:
    """An interpreter of the trial's own, made where there is none."""
    own, here = trial.folder / "venv", Path(sys.executable)
    if not own.exists():
        (own / "bin").mkdir(parents=True)
        (own / "bin" / "python").symlink_to(here.resolve())
        (own / "lib").symlink_to(here.parents[1] / "lib")
        if (here.parents[1] / "pyvenv.cfg").exists():
            shutil.copy(here.parents[1] / "pyvenv.cfg", own / "pyvenv.cfg")
    return own / "bin" / "python"


def _by_it(trial: Trial) -> None:
    """Run the parties by an interpreter that can be taken away."""
    sys.executable = str(own_interpreter(trial))


def _take_away(trial: Trial) -> None:
    (trial.folder / "venv").rename(trial.folder / "away")


def environments() -> Iterator[Fault]:
    """The interpreter of the parties vanishes."""
    for stage in STAGES:
        yield Fault(f"the environment vanishes in {stage}", stage, _take_away, before=_by_it)


def _second(trial: Trial, *, apart: bool) -> None:
    """Another run on the same folder, from its beginning to its end, while the first waits."""
    folder = trial.folder / "second"
    folder.mkdir()
    other = Front(trial.arguments, folder, other_processes if apart else bool)
    status = other.end()
    if status:
        raise AssertionError(f"the second run ended with {status}: {other.text}")


def pairs() -> Iterator[Fault]:
    """Two runs on one folder; the second from a namespace of processes of its own too."""
    for apart in (False, True):
        where = ", from another namespace" if apart else ""
        for stage in STAGES:
            inflict = partial(_second, apart=apart)
            yield Fault(f"a second run in {stage}{where}", stage, inflict, most=2, small=apart)
