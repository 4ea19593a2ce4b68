"""Keys are made, written and freed batch by batch; making and writing are timed apart, and no more is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import pytest

from backends.cleartext.adapter import CleartextKeyOwner
from backends.interface import KeyFile, Keys
from backends.stopwatch import Stopwatch
from tests.toy import PORTABLE

#: Seconds of each step of a batch, unlike each other.
MAKING, WRITING, ELSE = 0.02, 0.05, 0.1


@dataclass(frozen=True)
class Batch(Keys):
    """Keys of one rotation."""

    step: int


class Slow(CleartextKeyOwner):
    """A key owner that notes what it does, and takes its time."""

    def __init__(self) -> None:
        super().__init__(PORTABLE)
        self.did: list[str] = []

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Batch]:
        for step in rotation_steps:
            sleep(MAKING)
            self.did.append(f"made {step}")
            yield Batch(step)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        assert isinstance(keys, Batch)
        sleep(WRITING)
        self.did.append(f"wrote {keys.step}")
        return KeyFile("rotation_keys", f"rotation_{keys.step}")

    def release_keys(self, keys: Keys) -> None:
        assert isinstance(keys, Batch)
        sleep(ELSE)
        self.did.append(f"freed {keys.step}")

    def gather_keys(self, folder: Path, files: list[KeyFile]) -> list[KeyFile]:
        sleep(ELSE)
        return [KeyFile("rotation_keys", "+".join(file.name for file in files))]


def test_a_batch_is_written_and_freed_before_the_next_is_made(tmp_path: Path) -> None:
    owner = Slow()
    files = owner.generate(tmp_path, (1, 2), bootstrap=False)
    assert owner.did == ["made 1", "wrote 1", "freed 1", "made 2", "wrote 2", "freed 2"]
    assert files == [KeyFile("rotation_keys", "rotation_1+rotation_2")]


def test_making_and_writing_are_timed_apart_and_nothing_else_is(tmp_path: Path) -> None:
    making, writing, whole = Stopwatch(), Stopwatch(), Stopwatch()
    with whole:
        Slow().generate(tmp_path, (1, 2), bootstrap=False, making=making, writing=writing)
    assert making.seconds >= 2 * MAKING
    assert writing.seconds >= 2 * WRITING
    assert making.seconds + writing.seconds <= whole.seconds - 3 * ELSE


def test_a_stopwatch_adds_up_what_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter((1.0, 1.5, 10.0, 12.0))
    monkeypatch.setattr("backends.stopwatch.perf_counter", lambda: next(ticks))
    watch = Stopwatch()
    with watch:
        pass
    with watch:
        pass
    assert watch.seconds == 2.5
