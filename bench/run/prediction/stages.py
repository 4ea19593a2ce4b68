"""The work of a planned program, stage by stage, by the names that a record has for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from backends.primitives import Primitive, primitive
from backends.program import Program, primitives
from bench.run.prediction.measured import keys
from bench.run.prediction.work import CONTEXT, OTHER, Setting, Work


def of_program(
    program: Program, where: Setting, batches: int, ahead: Collection[int], sent_bytes: int
) -> dict[str, list[Work]]:
    """The work of all batches of a cell.

    Args:
        program: of one batch.
        where: the setting.
        batches: how many.
        ahead: which constants are encoded before the evaluation, and kept.
        sent_bytes: what is carried to the evaluator.
    """
    rotations = len(program.rotation_steps) + program.conjugates
    inputs, outputs = batches * len(program.inputs), batches * len(program.outputs)
    out = min((program.levels[name] for name in program.outputs), default=0)
    return {
        "make_keys_s": [Work(CONTEXT[0]), *keys("generate", rotations, where)],
        "write_keys_s": keys("serialise", rotations, where),
        "load_keys_s": [Work(CONTEXT[1]), *keys("load", rotations, where)],
        "encode_model_s": list(_encodings(program, Counter(ahead), 1)),
        "encrypt_s": [Work("encrypt", program.input_level, inputs, inputs)],
        "evaluate_s": [*_instructions(program, batches), *_encoded_at_use(program, batches, ahead)],
        "decrypt_s": [Work("decrypt", out, outputs, outputs)],
        "other_s": [Work(OTHER, size_bytes=sent_bytes)],
    }


def _instructions(program: Program, batches: int) -> Iterator[Work]:
    """The primitives by name and level, as `backends.replay` measures them."""
    calls: Counter[tuple[str, int]] = Counter()
    counts: Counter[tuple[str, int]] = Counter()
    for instruction in program.instructions:
        found = primitive(instruction.operation)
        if found.counted:
            place = found.recorded, program.levels[instruction.operands[0]]
            calls[place] += 1
            counts[place] += max(primitives(instruction).values())
    for (name, level), count in counts.items():
        yield Work(name, level, batches * calls[name, level], batches * count)


def _encoded_at_use(program: Program, batches: int, ahead: Collection[int]) -> Iterator[Work]:
    """The constants that found no room, encoded whenever they are used."""
    kept = set(ahead)
    uses = Counter(
        index for instruction in program.instructions for index in instruction.plaintexts if index not in kept
    )
    yield from _encodings(program, uses, batches)


def _encodings(program: Program, times: Counter[int], batches: int) -> Iterator[Work]:
    """Encoding constants, by level; a single number for all slots takes next to nothing."""
    by_level: Counter[int] = Counter()
    for index, often in times.items():
        if program.plaintexts[index].row is not None:
            by_level[program.plaintexts[index].level] += often * batches
    for level, count in by_level.items():
        yield Work(Primitive.ENCODE.operation, level, count, count)
