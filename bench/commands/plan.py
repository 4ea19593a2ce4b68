"""`bench plan`: what a suite's cells will do and need, without any cryptography."""

from __future__ import annotations

from itertools import groupby

import click
from rich.console import Console

from backends.costs import Costs
from backends.errors import PlanError, Unsupported
from backends.interface import SecurityFacts
from backends.planner import plan as plan_program
from backends.planner import refresh_for
from backends.registry import get
from backends.security import judge
from bench.cells import Cell
from bench.commands.options import Selection, selection
from bench.recording import levels_after_refresh
from bench.summary import table
from bench.workload import load_workload


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
    return cell.case.name, cell.choice.parameters.name


def _column(cell: Cell) -> dict[str, str]:
    workload = load_workload(cell.model_folder, cell.case.data, cell.samples)
    try:
        capabilities = get(cell.backend).capabilities(cell.choice.parameters)
        refresh = refresh_for(cell.choice.refresh, cell.choice.parameters, capabilities)
        program = plan_program(workload.polynomial, cell.choice.parameters, refresh)
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
    judged = judge(_nominal(cell))
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
        "keys on disk": f"{needs.keys_bytes / 1e9:.2f} GB",
        "evaluator memory": f"{needs.evaluator_bytes / 1e9:.2f} GB",
        "constants encoded": f"{needs.constants_bytes / 1e9:.2f} GB",
        "evaluate, one thread": f"{seconds:.0f} s",
        "security": f"{judged.bits} bits" if judged.secure else "INSECURE",
    }


def _nominal(cell: Cell) -> SecurityFacts:
    """What the parameter set asks for; the keys of a run are judged as they really are."""
    parameters = cell.choice.parameters
    special = 60.0 * parameters.special_primes
    return SecurityFacts(parameters.log_n, parameters.nominal_log_qp - special, special, parameters.secret)
