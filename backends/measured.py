"""What a replay took: by layer, by primitive, and in the order of the computation.

Where several workers compute at once, their times overlap. So each piece of work has two times: how long a
worker was busy with it, and its share of the wall: a moment in which n pieces run counts 1/n for each. Shares
add up to the time in which anything ran, and with the time between to the whole by the clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from backends.primitives import Primitive, primitive
from backends.program import REFRESHES, Instruction, Program, primitives

#: The part of a program's instructions that one stretch of the level profile may have, so that a long layer
#: is seen in pieces.
LONGEST_STRETCH = 0.01


@dataclass(frozen=True)
class Span:
    """A piece of work, and when it ran.

    Attributes:
        index: of the instruction that ran, or for which a constant was encoded.
        constant: which one was encoded; None for the instruction itself.
        started: by `time.perf_counter`.
        ended: likewise.
        pause: whether nothing was computed meanwhile, because the replay was being kept.
    """

    index: int
    constant: int | None
    started: float
    ended: float
    pause: bool = False

    @property
    def busy_s(self) -> float:
        """How long a worker was busy with it."""
        return self.ended - self.started


@dataclass
class Stretch:
    """A piece (stretch) of the level profile: a few instructions in a row that serve one layer, or refresh.

    Attributes:
        layer: its name.
        refresh: `bootstrap` or `round_trip`, None where it computes.
        highest: the highest level of a result.
        lowest: the lowest one.
        instructions: how many.
        seconds: of the wall, for these instructions and the constants encoded for them.
    """

    layer: str
    refresh: str | None
    highest: int
    lowest: int
    instructions: int = 0
    seconds: float = 0.0


@dataclass
class Executed:
    """What one operation did at one level.

    Attributes:
        instructions: how many; of constants encoded, their number.
        executions: of the primitive; a compound instruction has several.
        seconds: their shares of the wall together.
        busy_s: how long workers were busy with them.
    """

    instructions: int = 0
    executions: int = 0
    seconds: float = 0.0
    busy_s: float = 0.0


@dataclass
class Measured:
    """What one replay took and did.

    Attributes:
        seconds: the whole replay by the clock, round trips included; showing probes and being kept left out.
        round_trips_s: the part spent waiting for the key owner.
        layers: seconds of the wall per layer name.
        course: the level profile: the levels in the order of the program.
        primitives: by operation and level of its operands, encodings under way among them.
        counts: primitives executed, taken at the library's calls, and round trips.
    """

    seconds: float = 0.0
    round_trips_s: float = 0.0
    layers: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    course: list[Stretch] = field(default_factory=list)
    primitives: defaultdict[tuple[str, int], Executed] = field(default_factory=lambda: defaultdict(Executed))
    counts: Counter[str] = field(default_factory=Counter)


def shares(spans: Sequence[Span], started: float) -> list[tuple[float, float]]:
    """Of each span its share of the wall, and the time before it in which nothing ran.

    Where n spans run at once, each has 1/n of the time. The time between spans is spent on checking, freeing
    and choosing, and goes with the span that begins next.

    Args:
        spans: what ran.
        started: when the replay began, by `time.perf_counter`.
    """
    marks = sorted(
        [(span.started, False, number) for number, span in enumerate(spans)]
        + [(span.ended, True, number) for number, span in enumerate(spans)]
    )
    found = [(0.0, 0.0)] * len(spans)
    shared, running, last = 0.0, 0, started
    for time, ends, number in marks:
        if running:
            shared += (time - last) / running
        if ends:
            began, idle = found[number]
            found[number] = (shared - began, idle)
        else:
            found[number] = (shared, 0.0 if running else time - last)
        running += -1 if ends else 1
        last = time
    return found


def measure(program: Program, spans: Sequence[Span], started: float) -> Measured:
    """What ran, put together; the counts are the caller's to fill in.

    Args:
        program: that was replayed.
        spans: of all its instructions, and of the constants that were encoded for them.
        started: when the replay began, by `time.perf_counter`.
    """
    measured, by_instruction = Measured(), defaultdict[int, float](float)
    for span, (share, idle) in zip(spans, shares(spans, started), strict=True):
        instruction = program.instructions[span.index]
        if span.pause or not primitive(instruction.operation).counted:
            continue
        by_instruction[span.index] += share + idle
        if instruction.operation == Primitive.ROUND_TRIP.operation:
            measured.round_trips_s += span.busy_s
        done = measured.primitives[_key(program, span)]
        done.instructions += 1
        done.executions += 1 if span.constant is not None else max(primitives(instruction).values())
        done.seconds += share
        done.busy_s += span.busy_s
    measured.seconds = sum(by_instruction.values())
    for index in sorted(by_instruction):
        instruction = program.instructions[index]
        measured.layers[program.layers[instruction.layer]] += by_instruction[index]
        _lengthen(measured.course, program, instruction, by_instruction[index])
    return measured


def _key(program: Program, span: Span) -> tuple[str, int]:
    if span.constant is not None:
        return Primitive.ENCODE.operation, program.plaintexts[span.constant].level
    instruction = program.instructions[span.index]
    return instruction.operation, program.levels[instruction.operands[0]]


def _lengthen(course: list[Stretch], program: Program, instruction: Instruction, seconds: float) -> None:
    """Add an instruction to the last stretch where it belongs there, else to a new one."""
    layer = program.layers[instruction.layer]
    refresh = instruction.operation if instruction.operation in REFRESHES else None
    full = LONGEST_STRETCH * len(program.instructions)
    if (
        not course
        or (course[-1].layer, course[-1].refresh) != (layer, refresh)
        or course[-1].instructions >= full
    ):
        course.append(Stretch(layer, refresh, instruction.level, instruction.level))
    last = course[-1]
    last.highest, last.lowest = max(last.highest, instruction.level), min(last.lowest, instruction.level)
    last.instructions += 1
    last.seconds += seconds
