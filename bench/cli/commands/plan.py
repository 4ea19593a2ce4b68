"""`bench plan`: what a suite's cells will do and need, without any cryptography."""

from __future__ import annotations

from itertools import groupby

import click
from rich.console import Console

from backends.costs import Costs
from backends.errors import PlanError, Unsupported
from backends.interface import Capabilities, SecurityFacts
from backends.microbenchmarks import ENCRYPTION, PRIMITIVES, key_kinds, measured_at
from backends.planner import plan as plan_program
from backends.planner import refresh_for
from backends.registry import get
from backends.security import judge
from bench.cli.commands.options import Selection, selection
from bench.cli.tables import table
from bench.run.native import adapter
from bench.run.primitives import Measurement, keys_bytes
from bench.run.recording import levels_after_refresh
from bench.run.subject import load_subject
from bench.spec.cells import Cell
from bench.spec.suite import PORTABLE
from reports.figures import size


@click.command()
@selection
def plan(**selected: object) -> int:
    """Say what the cells of SUITE will count, need and take; nothing is encrypted."""
    cells = Selection(**selected).cells()  # type: ignore[arg-type]
    console = Console()
    columns = [(cell, _column(cell)) for cell in cells]
    for (case, parameters), group in groupby(columns, lambda pair: _heading(pair[0])):
        console.print(table(f"{case} at {parameters}", [(cell.backend, column) for cell, column in group]))
    console.print("seconds, memory and key sizes are estimates; counts are exact")
    return int(any("cannot" in column for _, column in columns))


def _heading(cell: Cell) -> tuple[str, str]:
    return cell.case.name, cell.choice.name


def _column(cell: Cell) -> dict[str, str]:
    subject = load_subject(cell)
    try:
        descriptor = get(cell.backend)
        capabilities = descriptor.capabilities(cell.choice.parameters)
        if isinstance(subject, Measurement):
            return _measured(cell, capabilities, subject)
        if cell.choice.program != PORTABLE:
            adapter(descriptor, cell, subject.polynomial)
            return {"program": f"{cell.choice.program} of the library's own; nothing of it is planned"}
        refresh = refresh_for(cell.choice.refresh, cell.choice.parameters, capabilities)
        program = plan_program(subject.polynomial, cell.choice.parameters, refresh)
    except Unsupported as error:
        return {"unsupported": str(error)}
    except PlanError as error:
        return {"cannot": str(error)}
    costs = Costs(cell.choice.parameters)
    batches = -(-cell.samples // program.layout.images)
    needs = costs.needs(program, capabilities, refresh.kind)
    seconds = batches * costs.seconds(sum(map(costs.instruction, program.instructions)))
    counts, layout = program.counts, program.layout
    after = levels_after_refresh(program)
    return {
        "batches × samples": f"{batches} × {program.layout.images}",
        "features × images × tokens": f"{layout.features} × {layout.images} × {layout.tokens}",
        "levels on entry": str(program.input_level),
        "levels used": str(program.levels_used),
        "levels after a refresh": "–" if after is None else str(after),
        **{
            name.replace("_", " "): str(counts[name] * batches)
            for name in (
                "bootstraps",
                "round_trips",
                "rotations",
                "ct_ct",
                "ct_pt",
                "relinearisations",
                "rescales",
                "drops",
            )
        },
        "rotation keys": str(len(program.rotation_steps)),
        "keys on disk": size(needs.keys_bytes),
        "evaluator memory": size(needs.evaluator_bytes),
        "constants encoded": size(needs.constants_bytes),
        "evaluate, one thread": f"{seconds:.0f} s",
        "security": _security(cell),
    }


def _measured(cell: Cell, capabilities: Capabilities, measurement: Measurement) -> dict[str, str]:
    """What a cell of primitives measures."""
    levels = range(cell.choice.parameters.depth + 1)
    at_levels = sum(len(ENCRYPTION) + len(measured_at(level, capabilities)) for level in levels)
    literal = measurement.literal
    return {
        "primitives": ", ".join([*ENCRYPTION, *(one.name for one in PRIMITIVES)]),
        "bootstrap": capabilities.no_bootstrap_reason or f"at level {capabilities.bootstrap_input_level}",
        "keys": ", ".join(key_kinds(capabilities)),
        "levels": f"{levels[0]} to {levels[-1]}",
        "measures": f"{at_levels} at a level, {3 * len(key_kinds(capabilities)) - 1} of keys",
        "repetitions": f"{literal.repetitions}, or {literal.long_repetitions} of what takes over a second",
        "rounds": str(cell.rounds),
        "keys on disk": size(keys_bytes(cell, capabilities, measurement)),
        "security": _security(cell),
    }


def _security(cell: Cell) -> str:
    judged = judge(_nominal(cell))
    return f"{judged.bits} bits" if judged.secure else "INSECURE"


def _nominal(cell: Cell) -> SecurityFacts:
    """What the parameter set asks for; the keys of a run are judged as they really are."""
    parameters = cell.choice.parameters
    special = 60.0 * parameters.special_primes
    return SecurityFacts(parameters.log_n, parameters.nominal_log_qp - special, special, parameters.secret)
