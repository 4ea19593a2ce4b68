"""What `bench plan` says of a cell: exact counts, estimates of sizes and seconds; nothing is encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backends.costs import Costs
from backends.interface import Capabilities
from backends.microbenchmarks import ENCRYPTION, PRIMITIVES, key_kinds, measured_at
from backends.program import Program
from backends.registry import Descriptor, executed
from backends.security import INSECURE, judge, nominal
from bench.run.prediction.prediction import Prediction
from bench.run.recording import levels_after_refresh
from bench.spec.cases import PrimitivesLiteral
from bench.spec.cells import Cell
from reports.figures import seconds, size

#: Counts that a plan tells, in their order.
COUNTS = (
    "bootstraps",
    "round_trips",
    "rotations",
    "ct_ct",
    "ct_pt",
    "relinearisations",
    "rescales",
    "drops",
    "additions",
    "negations",
    "conjugations",
)
#: The parts of a cell's wall time, as a plan tells them.
STAGES = {
    "make_keys_s": "make keys",
    "write_keys_s": "write keys",
    "load_keys_s": "load keys",
    "encode_model_s": "encode the model",
    "encrypt_s": "encrypt",
    "evaluate_s": "evaluate",
    "decrypt_s": "decrypt",
    "other_s": "start and carry",
}
#: How many primitives are named, those that take longest.
NAMED = 5


@dataclass(frozen=True)
class Estimate:
    """What is told of a cell.

    Attributes:
        figures: by name, as a person reads it.
        prediction: the same as numbers; None where no program is planned.
        elsewhere: bytes of memory of another machine → what is predicted there, where a program is planned.
    """

    figures: Mapping[str, str]
    prediction: Prediction | None = None
    elsewhere: Mapping[int, Prediction] = field(default_factory=dict)


def counts(program: Program, batches: int) -> dict[str, int]:
    """What all batches of a cell count, by the names of `COUNTS`."""
    return {name: program.counts[name] * batches for name in COUNTS}


def key_bytes(cell: Cell, keys: int) -> int:
    """Bytes of so many key-switching keys in memory."""
    return keys * Costs(cell.parameter_set.parameters).key_bytes()


def of_program(
    cell: Cell,
    program: Program,
    descriptor: Descriptor,
    capabilities: Capabilities,
    told: Prediction,
    how_sure: str,
) -> dict[str, str]:
    """What a planned program counts over all batches, needs and takes on a backend."""
    batches = -(-cell.samples // program.layout.samples)
    layout, counted = program.layout, counts(program, batches)
    after = levels_after_refresh(program)
    return {
        "batches × samples": f"{batches} × {layout.samples}",
        "features × images × tokens": f"{layout.features} × {layout.images} × {layout.tokens}",
        "levels on entry": str(program.input_level),
        "levels used": str(program.levels_used),
        "levels after a refresh": "–" if after is None else str(after),
        **{name.replace("_", " "): str(count) for name, count in counted.items()},
        "of the library itself": _by_library(counted, executed(descriptor, counted)),
        "rotation keys": str(len(program.rotation_steps)),
        "keys on disk": size(descriptor.footprint.key_files(told.needs.keys_bytes)),
        "disk": size(told.disk_bytes),
        "memory, evaluator": size(told.evaluator_bytes),
        "  of it constants encoded": f"{size(told.constants_bytes)} of {size(told.needs.constants_bytes)}",
        "  with all constants": size(told.needs.evaluator_bytes + told.needs.constants_bytes),
        "memory, key owner": size(told.needs.key_owner_bytes),
        **_times(told),
        "times are": how_sure,
        "security": _security(cell, capabilities),
    }


def _times(told: Prediction) -> dict[str, str]:
    longest = list(told.primitives.items())[:NAMED]
    parts = {f"  {STAGES[name]}": seconds(found) for name, found in told.seconds.items()}
    by_primitive = ", ".join(f"{name.replace('_', ' ')} {seconds(found)}" for name, found in longest)
    return {"wall time": seconds(told.wall_s), **parts, "  evaluate by primitive": by_primitive}


def _by_library(counted: Mapping[str, int], by_library: Mapping[str, int]) -> str:
    """The counts that differ where the library itself is asked."""
    differing = [name for name in counted if by_library[name] != counted[name]]
    return ", ".join(f"{by_library[name]} {name.replace('_', ' ')}" for name in differing) or "as counted"


def of_primitives(
    cell: Cell,
    descriptor: Descriptor,
    capabilities: Capabilities,
    literal: PrimitivesLiteral,
    keys_bytes: int,
) -> dict[str, str]:
    """What is measured of a library's primitives, how often, and what the keys take."""
    every = range(cell.parameter_set.parameters.depth + 1)
    names = {level: measured_at(level, capabilities, literal.only) for level in every}
    levels = [level for level in every if names[level]]
    at_levels = sum(len(ENCRYPTION) + len(names[level]) for level in levels)
    kinds = key_kinds(capabilities, literal.only)
    return {
        "primitives": ", ".join([*ENCRYPTION, *(literal.only or (one.name for one in PRIMITIVES))]),
        "bootstrap": capabilities.no_bootstrap_reason or f"at level {capabilities.bootstrap_input_level}",
        "keys": ", ".join(kinds) or "none",
        "levels": f"{levels[0]} to {levels[-1]}" if levels else "none",
        "measures": f"{at_levels} at a level, {max(3 * len(kinds) - 1, 0)} of keys",
        "repetitions": f"{literal.repetitions}, or {literal.long_repetitions} of what takes over a second",
        "rounds": str(cell.rounds),
        "keys on disk": size(descriptor.footprint.key_files(keys_bytes)),
        "security": _security(cell, capabilities),
    }


def _security(cell: Cell, capabilities: Capabilities) -> str:
    judged = judge(capabilities.security or nominal(cell.parameter_set.parameters))
    bits = f"{judged.bits} bits" if judged.secure else INSECURE
    return f"{bits} (log QP {judged.log_qp:.2f})"
