"""A run that keeps its evaluation and its keys is killed within a batch, and what it left is damaged.

The next run goes on from what is whole and makes the rest again. A clock is another one for it: that of Linux
that only goes forward cannot be changed for a process that runs, so it is as if the machine had been started
in between. The clock of the day serves dates alone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from tests.faults.faults import Fault, Trial, cut, flip, nothing
from tests.faults.system import other_clock

#: The journal of the cell under way, and the longest time until there is something in it.
JOURNAL, SECONDS = ".journal/*", 60.0
#: What lies there once there is a checkpoint of the second evaluation of the batch.
LEFT = {
    "the state of the session": "session.json",
    "the note of what was reached": "reached.json",
    "the sealed secret key": "session/key_owner/*",
    "a key": "session/evaluator/*keys*",
    "an encrypted sample": "session/evaluator/from_key_owner_*",
    "a checkpoint's state": "session/evaluator/checkpoint-*/state.json",
    "a checkpoint's ciphertext": "session/evaluator/checkpoint-*/[0-9]*",
    "a checkpoint's times": "session/evaluator/checkpoint-*/spans.npy",
    "a finished batch": "*.npz",
    "the entry of a finished batch": "[0-9]*.json",
    "the journal's key": "key",
}


def cut_off_in(target: str, *, finished: bool = False) -> Callable[[Trial], None]:
    """Kills a process within a batch; where asked, within the second evaluation of it."""
    return partial(_kill, target=target, finished=finished)


def _kill(trial: Trial, target: str, *, finished: bool) -> None:
    """Kill a process once there is a checkpoint; where asked, one of the second evaluation of the batch."""
    if finished and not (trial.front.until("evaluation") and _found(trial, "[0-9]*.json")):
        raise AssertionError("no second evaluation began, or the first is not kept")
    pid, before = trial.pid(target), _reached(trial)
    trial.front.go()
    deadline = time.monotonic() + SECONDS
    while _reached(trial) == before or not _found(trial, "session/evaluator/checkpoint-*/state.json"):
        if time.monotonic() > deadline:
            raise AssertionError(f"no checkpoint came in {SECONDS:g} s")
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)


def _reached(trial: Trial) -> list[bytes]:
    """What the run has noted of its last checkpoint."""
    with suppress(FileNotFoundError):  # it is exchanged for the next one just now
        return [path.read_bytes() for path in _found(trial, "reached.json")]
    return []


def _found(trial: Trial, pattern: str) -> list[Path]:
    return sorted(trial.output.glob(f"{JOURNAL}/{pattern}"))


def _spoil(trial: Trial, pattern: str, way: Callable[[Path], object]) -> None:
    files = [path for path in _found(trial, pattern) if path.is_file()]
    if not files:
        raise AssertionError(f"the killed run has left no {pattern}")
    way(files[0])


def _ways() -> dict[str, Callable[[Path], object]]:
    return {
        "flipped": partial(flip, part=0.6),
        "flipped at its beginning": partial(flip, part=0.0),
        "cut": partial(cut, part=0.5),
        "empty": partial(cut, part=0.0),
        "gone": Path.unlink,
    }


def cut_off() -> Iterator[Fault]:
    """A run, or a party of it, is killed within a batch, and what it left is whole or damaged."""
    for target in ("front", "key_owner", "evaluator"):
        for finished in (False, True):
            where = "the second" if finished else "a"
            inflict = cut_off_in(target, finished=finished)
            name = f"SIGKILL to the {target} within {where} batch that is kept"
            yield Fault(name, "evaluation", inflict, tidies=False, lasting=True)
    inflict = cut_off_in("front", finished=True)
    for what, pattern in LEFT.items():
        for said, way in _ways().items():
            undo = partial(_spoil, pattern=pattern, way=way)
            yield Fault(
                f"{what} of a killed run is {said}", "evaluation", inflict, undo, tidies=False, lasting=True
            )


def two_clocks() -> Iterator[Fault]:
    """A run is killed within a batch, and the next one's clock is ahead of its or behind it."""
    inflict = cut_off_in("front")
    ahead = partial(_ahead, seconds=1_000_000)
    for said, before, again in (("ahead", nothing, ahead), ("behind", ahead, nothing)):
        name = f"a killed run is resumed by one whose clock is 1000000 s {said}"
        yield Fault(
            name, "evaluation", inflict, before=before, again=again, tidies=False, small=True, lasting=True
        )


def _ahead(trial: Trial, seconds: int) -> None:
    other_clock(seconds)
