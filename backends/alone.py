"""Which instructions of a program run by themselves, on all threads of the library, where several could run.

An instruction that others could accompany takes one thread of the library, and they the others. One beside
which there is too little to do, such as a step of a polynomial or the only bootstrap, would leave the other
workers without work; it is faster on all threads. What is better is found beforehand, from the program and
the costs of its instructions, by going through it as `backends.dispatch` will; so it does not hang on chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backends.dispatch import BARRIERS, LOOK_AHEAD
from backends.primitives import primitive
from backends.program import Instruction, Program

#: The part of an instruction that the threads of a library share (Amdahl's law); measured on OpenFHE at
#: N = 2^15, two threads took 0.45 to 0.65 of the time of one.
SHARED = 0.8
#: What an instruction takes, its constants that are not kept left out, in any unit.
Price = Callable[[Instruction], float]


def by_themselves(program: Program, price: Price, encodings: Sequence[float], workers: int) -> frozenset[int]:
    """The instructions that run by themselves.

    Args:
        program: what is computed.
        price: of an instruction on one thread.
        encodings: of each instruction, the price of encoding its constants that are not kept.
        workers: how many there are; nothing runs by itself where one is all.
    """
    return frozenset() if workers == 1 else _Foreseen(program, price, encodings, workers).alone()


class _Foreseen:
    """The course of a program on several workers, as far as it can be foreseen."""

    def __init__(self, program: Program, price: Price, encodings: Sequence[float], workers: int) -> None:
        self._instructions, self._workers = program.instructions, workers
        self._prices = [price(instruction) for instruction in program.instructions]
        self._encodings = encodings
        made = {name: index for index, one in enumerate(program.instructions) for name in one.results}
        self._after = [frozenset(made[name] for name in one.operands) for one in program.instructions]
        self._now = 0.0
        self._running: dict[int, float] = {}  # until when
        self._done: set[int] = set()
        self._first = 0

    def alone(self) -> frozenset[int]:
        """Go through the program."""
        found: set[int] = set()
        while self._first < len(self._instructions):
            index = self._ready()
            if index is None or len(self._running) == self._workers:
                self._wait(min(self._running.values()))
            elif self._barrier(index):
                self._finish(index)
            elif self._better_alone(index):
                found.add(index)
                self._wait(max(self._running.values(), default=self._now))
                self._now += self._prices[index] * self._shortened
                self._finish(index)
            else:
                self._running[index] = self._now + self._prices[index]
        return frozenset(found)

    @property
    def _shortened(self) -> float:
        return 1 - SHARED + SHARED / self._workers

    def _better_alone(self, index: int) -> bool:
        """Whether it ends sooner, with what could run beside it, where it does not run beside it."""
        one, others = self._prices[index], self._beside(index)
        together = max(one, (one + others) / self._workers)
        return one * self._shortened + others / self._workers < together

    def _beside(self, index: int) -> float:
        """What could run beside an instruction: all that is under way or near, and does not wait for it."""
        waiting, others = {index}, sum(until - self._now for until in self._running.values())
        for other in self._near():
            if other == index or other in self._running:
                continue
            others += self._encodings[other]
            if self._after[other] & waiting:
                waiting.add(other)
            else:
                others += self._prices[other]
        return others

    def _near(self) -> list[int]:
        """The instructions that may begin once their operands are there, and those under way."""
        near = []
        for index in range(self._first, min(self._first + LOOK_AHEAD, len(self._instructions))):
            if index > self._first and self._barrier(index):
                break
            if index not in self._done:
                near.append(index)
        return near

    def _ready(self) -> int | None:
        for index in self._near():
            if index not in self._running and self._after[index] <= self._done:
                return index
        return None

    def _barrier(self, index: int) -> bool:
        return primitive(self._instructions[index].operation) in BARRIERS

    def _wait(self, until: float) -> None:
        self._now = max(self._now, until)
        for index in [index for index, end in self._running.items() if end <= until]:
            del self._running[index]
            self._finish(index)

    def _finish(self, index: int) -> None:
        self._done.add(index)
        while self._first in self._done:
            self._first += 1
