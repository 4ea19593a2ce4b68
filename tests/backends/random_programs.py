"""Random small programs: many instructions that do not depend on each other, and of most kinds."""

from __future__ import annotations

import numpy as np

from backends.program import Program
from backends.recorder import Recorded, Recorder
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout

#: The rotations of all of them, so that few keys suffice.
STEPS = (1, 2, 5)
REGISTERS, CONSTANTS = 4, 6


def random_program(
    seed: int, slots: int, refresh: Refresh, length: int = 24, level: int | None = None
) -> Program:
    """A program over `REGISTERS` ciphertexts, all of which it returns.

    Args:
        seed: the same one gives the same program.
        slots: of a ciphertext.
        refresh: what it does where a register has no level left but what a refresh wants.
        length: how many operations it is made of; some are several instructions.
        level: of the inputs; the highest where it is None.
    """
    random = np.random.default_rng(seed)
    recorder = Recorder(refresh, Layout(features=slots, images=1, tokens=1))
    value = ValueLayout("features", (0,), slots)
    inputs = [recorder.input(refresh.top if level is None else level) for _ in range(REGISTERS)]
    registers = list(inputs)
    patterns = random.uniform(-1, 1, (CONSTANTS, slots))
    for number in range(length):
        recorder.begin_layer(f"layer {number // 8}")
        into, *others = random.permutation(REGISTERS)
        a, b = registers[into], registers[others[0]]
        lower = min(a.level, b.level)
        if lower <= refresh.entry:
            low = into if a.level == lower else others[0]
            registers[low] = _refreshed(recorder, registers[low], refresh)
            continue
        a, b = _dropped(recorder, a, lower), _dropped(recorder, b, lower)
        registers[into] = _combined(recorder, random, patterns, a, b)
        if random.random() < 0.1:
            recorder.probe(f"probe {number}", [registers[into]], value)
    return recorder.finish(inputs, value, registers, value)


def _combined(
    recorder: Recorder, random: np.random.Generator, patterns: np.ndarray, a: Recorded, b: Recorded
) -> Recorded:
    """One of the operations on two registers of one level, with values no larger than theirs together."""
    match random.integers(5):
        case 0:
            chosen = [recorder.encode(patterns[one], a.level) for one in random.choice(CONSTANTS, 3, False)]
            return recorder.rescale(recorder.multiply_plain_sum(list(zip((a, b, a), chosen, strict=True))))
        case 1:
            return recorder.rescale(recorder.relinearise(recorder.multiply_sum([(a, b), (b, b)])))
        case 2:
            first, second = recorder.rotate_many(a, STEPS[:2])
            return recorder.subtract(recorder.rotate_sum([(first, STEPS[2]), (second, 0), (b, STEPS[0])]), a)
        case 3:
            return recorder.add_plain(recorder.add(a, b), recorder.encode(patterns[0], a.level))
    return recorder.negate(recorder.add_plain(b, recorder.encode(0.25, b.level)))


def _refreshed(recorder: Recorder, register: Recorded, refresh: Refresh) -> Recorded:
    if refresh.kind == "round_trip":
        return recorder.round_trip(register, refresh.top)
    return recorder.bootstrap(register)


def _dropped(recorder: Recorder, register: Recorded, level: int) -> Recorded:
    return register if register.level == level else recorder.drop(register, level)
