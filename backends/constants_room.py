"""Which constants of a program are encoded ahead and kept, where memory may not have room for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backends.constants import Window
from backends.costs import Costs
from backends.program import Program

#: The part of the room through which those constants pass that are not kept, and how many of the largest may
#: be there at once, which is far ahead of their use.
WINDOW_SHARE, WINDOW_CONSTANTS = 0.125, 64


@dataclass(frozen=True)
class Shared:
    """Memory for constants, shared out: a plan tells it and the evaluator does it.

    Attributes:
        ahead: the constants that are encoded ahead and kept.
        window: memory for the others.
    """

    ahead: tuple[int, ...]
    window: Window

    @property
    def taken_bytes(self) -> int:
        """What constants take at most during an evaluation."""
        return sum(self.window.sizes[index] for index in self.ahead) + self.window.limit_bytes


@dataclass(frozen=True)
class Room:
    """Memory for the constants of a program.

    Attributes:
        limit_bytes: what they may take, encoded.
        beside: what each takes beside its own primes, in residues (see `backends.footprint`).
    """

    limit_bytes: int
    beside: int

    def shared(self, program: Program, costs: Costs) -> Shared:
        """All ahead where they have room; else a window, and ahead those used most often, then the first."""
        sizes = [costs.constant_bytes(constant, self.beside) for constant in program.plaintexts]
        if sum(sizes) <= self.limit_bytes:
            return Shared(tuple(range(len(sizes))), Window(0, sizes))
        limit = int(min(WINDOW_SHARE * self.limit_bytes, WINDOW_CONSTANTS * max(sizes)))
        return Shared(_most_used(program, sizes, self.limit_bytes - limit), Window(limit, sizes))


def _most_used(program: Program, sizes: Sequence[int], limit_bytes: int) -> tuple[int, ...]:
    uses = Counter(index for instruction in program.instructions for index in instruction.plaintexts)
    chosen = []
    for index, _ in uses.most_common():
        if sizes[index] <= limit_bytes:
            limit_bytes -= sizes[index]
            chosen.append(index)
    return tuple(chosen)
