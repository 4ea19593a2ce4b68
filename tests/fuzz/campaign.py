"""Damaged inputs to every parser: each ends as an object or as a sentence, soon and in little memory.

    python -m tests.fuzz.campaign                        20,000 inputs from seed 0
    python -m tests.fuzz.campaign --inputs 200000 --seed 7 --only suite --keep FOLDER
    python -m tests.fuzz.campaign --inputs 20000 --first 40000 --seed 7      a piece of a longer one

What fails is kept, named by target, seed and number, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import functools
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.fuzz.mutations import mutated
from tests.fuzz.target import FORESEEN, Target
from tests.fuzz.targets import TARGETS

#: The longest that an input may take, in seconds of processor and on a clock, which a busy machine lets pass
#: without them; and the most memory beyond what the process has.
SECONDS, WALL_SECONDS, BYTES = 10, 600, 1 << 30


class TooLongError(Exception):
    """A parser is still at it."""


class AcceptedError(Exception):
    """Damage that a digest covers was read as if it were none."""


@dataclass(frozen=True)
class Failure:
    """An input that ended as it should not.

    Attributes:
        target: the parser's name.
        number: of the input, from which with the seed it can be made again.
        data: the input.
        why: the traceback.
    """

    target: str
    number: int
    data: bytes
    why: str


@contextmanager
def bounded() -> Iterator[None]:
    """Too long and too large are errors."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TooLongError(f"longer than {SECONDS} s")

    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = {number: signal.signal(number, end) for number in (signal.SIGALRM, signal.SIGPROF)}
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + BYTES, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(WALL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        for number, handler in before.items():
            signal.signal(number, handler)


def parsed(target: Target, data: bytes) -> object:
    """What a target makes of an input, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"input{target.suffix}"
        path.write_bytes(data)
        with bounded():
            return target.parse(path)


@functools.cache
def whole(target: Target) -> Sequence[object]:
    """What it makes of its samples."""
    return [parsed(target, data) for data in target.samples]


def tried(target: Target, number: int, seed: int) -> tuple[str, Failure | None]:
    """What became of one damaged input: `read`, `refused` or `failed`, and in that case why."""
    chance = random.Random(f"{seed} {target.name} {number}")
    data = mutated(chance, chance.choice(target.samples))
    try:
        found = parsed(target, data)
        if found is None:
            return "refused", None
        if target.digested and found not in whole(target):
            raise AcceptedError("what was read is not what was written")
    except FORESEEN:
        return "refused", None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "failed", Failure(target.name, number, data, traceback.format_exc())
    return "read", None


def campaign(
    inputs: int, seed: int, only: str | None = None, first: int = 0
) -> tuple[Counter[tuple[str, str]], list[Failure]]:
    """So many inputs from the first one's number on, each target in its turn."""
    targets = [target for target in TARGETS if only in (None, target.name)]
    ends: Counter[tuple[str, str]] = Counter()
    failures = []
    for number in range(first, first + inputs):
        target = targets[number % len(targets)]
        end, failure = tried(target, number, seed)
        ends[target.name, end] += 1
        if failure is not None:
            failures.append(failure)
    return ends, failures


def main() -> int:
    """Run a campaign and print what became of its inputs."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--inputs", type=int, default=20_000)
    asked.add_argument("--first", type=int, default=0, help="the number of the first input")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--only", choices=[target.name for target in TARGETS])
    asked.add_argument("--keep", type=Path, help="a folder for the inputs that failed")
    given = asked.parse_args()
    ends, failures = campaign(given.inputs, given.seed, given.only, given.first)
    for (target, end), count in sorted(ends.items()):
        print(f"{target}: {end} {count}")  # noqa: T201
    for failure in failures:
        print(f"\n{failure.target}, input {failure.number} of seed {given.seed}:\n{failure.why}")  # noqa: T201
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
            name = f"{failure.target.replace(' ', '_')}-{given.seed}-{failure.number}"
            (given.keep / name).write_bytes(failure.data)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
