"""The constants of a program on a library: those encoded ahead and kept, and the others as they are needed.

The others pass through a window of bounded memory. They are encoded in the order of their use, ahead of it
where a worker is free, and what is used again stays as long as nothing that is needed sooner wants its room:
the use of every constant is known, so what gives way is what is needed last (Belady 1966).
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from backends.interface import Evaluator, Plaintext
from backends.program import Program


@dataclass(frozen=True)
class Window:
    """Memory for the constants that are not kept.

    Attributes:
        limit_bytes: what they take at most together, with one exception: the constants of the first
            instruction that is not done are held whatever they take.
        sizes: the bytes of every constant of the program, encoded.
    """

    limit_bytes: int
    sizes: Sequence[int]


class Constants:
    """The constants that are kept, and how to encode any other one."""

    def __init__(self, program: Program, evaluator: Evaluator, ahead: Iterable[int], window: Window) -> None:
        self._program, self._evaluator = program, evaluator
        self.window = window
        # Level by level, because some libraries set up for each.
        order = sorted(ahead, key=lambda index: program.plaintexts[index].level)
        self.kept = {index: self.encoded(index) for index in order}
        complex_one = next((i for i, one in enumerate(program.plaintexts) if one.is_complex), None)
        if complex_one is not None and complex_one not in self.kept:
            self.encoded(complex_one)  # what a library sets up for these is there before threads may want it

    def encoded(self, index: int) -> Plaintext:
        """A constant, encoded anew."""
        entry = self._program.plaintexts[index]
        return self._evaluator.encode(entry.values(self._program.patterns), entry.level)


def prepare(
    program: Program,
    evaluator: Evaluator,
    ahead: Iterable[int] | None = None,
    window: Window | None = None,
) -> Constants:
    """Encode constants at the level where they are used.

    Args:
        program: that uses them.
        evaluator: encodes them.
        ahead: which of them to encode now and keep; all where it is None.
        window: memory for the others; where it is None, those of one instruction at a time.
    """
    everything = range(len(program.plaintexts))
    if window is None:
        window = Window(0, [1] * len(program.plaintexts))
    return Constants(program, evaluator, everything if ahead is None else ahead, window)


class Stream:
    """The constants that are not kept, on their way through the window in one replay.

    Attributes:
        held_bytes: what those in the window take, those being encoded included.
    """

    def __init__(self, program: Program, constants: Constants, first: int = 0) -> None:
        """Stand before the first use.

        Args:
            program: that is replayed.
            constants: its own.
            first: the first instruction that is not done.
        """
        self._kept, self._window = constants.kept, constants.window
        self._plaintexts = [instruction.plaintexts for instruction in program.instructions]
        self._needs = [
            tuple(dict.fromkeys(one for one in instruction.plaintexts if one not in self._kept))
            if index >= first
            else ()
            for index, instruction in enumerate(program.instructions)
        ]
        self._uses = [(index, constant) for index, needed in enumerate(self._needs) for constant in needed]
        self._pending: defaultdict[int, deque[int]] = defaultdict(deque)
        for index, constant in self._uses:
            self._pending[constant].append(index)
        self._next = 0
        self._held: dict[int, Plaintext | None] = {}
        self._in_use: Counter[int] = Counter()
        self.held_bytes = 0

    def upcoming(self) -> tuple[int, int] | None:
        """The constant to encode next, behind the index of the instruction that needs it."""
        while self._next < len(self._uses):
            if self._uses[self._next][1] not in self._held:
                return self._uses[self._next]
            self._next += 1
        return None

    def admit(self, first: int) -> int | None:
        """Make room for the upcoming constant, which is encoded then.

        Args:
            first: the first instruction that is not done; its constants are admitted in any case.

        Returns:
            The constant; None where it has to wait.
        """
        upcoming = self.upcoming()
        if upcoming is None:
            return None
        index, constant = upcoming
        size = self._window.sizes[constant]
        dropped = self._in_the_way(size, index)
        freed = sum(self._window.sizes[one] for one in dropped)
        if self.held_bytes - freed + size > self._window.limit_bytes and index > first:
            return (
                None  # and nothing is dropped, for what is encoded may be of an instruction that begins now
            )
        for one in dropped:
            self._drop(one)
        self._held[constant] = None
        self.held_bytes += size
        self._next += 1
        return constant

    def put(self, constant: int, plaintext: Plaintext) -> None:
        """Take an admitted constant that is encoded."""
        self._held[constant] = plaintext

    def has(self, index: int) -> bool:
        """Whether all constants of an instruction are encoded."""
        return all(self._held.get(constant) is not None for constant in self._needs[index])

    def begin(self, index: int) -> list[Plaintext]:
        """The constants of an instruction, which has all and begins; they stay until it ends."""
        for constant in self._needs[index]:
            self._pending[constant].remove(index)
            self._in_use[constant] += 1
        return [self._encoded(constant) for constant in self._plaintexts[index]]

    def finish(self, index: int) -> None:
        """Let go of what an instruction used, where nothing that follows needs it before others."""
        for constant in self._needs[index]:
            self._in_use[constant] -= 1
            if not self._in_use[constant] and not self._pending[constant]:
                self._drop(constant)
        upcoming = self.upcoming()
        for constant in self._in_the_way(0, inf if upcoming is None else upcoming[0]):
            self._drop(constant)

    def _in_the_way(self, size: int, index: float) -> list[int]:
        """What has to go for `size` bytes, last first, of what is needed after instruction `index`."""
        free = (constant for constant in self._held if not self._in_use[constant])
        later = [constant for constant in free if self._pending[constant][0] > index]
        later.sort(key=lambda constant: self._pending[constant][0], reverse=True)
        found, held = [], self.held_bytes + size
        for constant in later:
            if held <= self._window.limit_bytes:
                break
            found.append(constant)
            held -= self._window.sizes[constant]
        return found

    def _encoded(self, constant: int) -> Plaintext:
        found = self._kept[constant] if constant in self._kept else self._held[constant]
        assert found is not None
        return found

    def _drop(self, constant: int) -> None:
        del self._held[constant]
        self.held_bytes -= self._window.sizes[constant]
