"""`bench ablate`: variants of a recipe, each trained from several seeds, and their table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console

from bench.commands.convert import WORK_FOLDER, printer, require_torch


@click.command()
@click.argument("ablation", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results/ablations"),
    help="Folder in which runs are recorded, one line each; results/ablations by default.",
)
@WORK_FOLDER
def ablate(ablation: Path, output: Path, work: Path) -> int:
    """Train every variant of ABLATION from every seed, record the runs, and print their table.

    Runs that are recorded already are not made again. Training that diverges is recorded as such.
    """
    require_torch()
    from models import ablation as ablations

    console = Console()
    rows = ablations.run(ablation, output, work / "ablations", printer(console))
    console.print(table(rows, ablations.RUNGS), highlight=False, markup=False, soft_wrap=True)
    return 0


def table(rows: list[dict[str, Any]], rungs: tuple[str, ...]) -> str:
    """Markdown: a line a variant, every rung's mean and standard deviation over the seeds that succeeded."""
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    lines = [
        f"| variant | runs | {' | '.join(rungs)} | change by stage 3 | largest activation | variance ratio |",
        "| --- |" + " ---: |" * (len(rungs) + 4),
    ]
    for variant in variants:
        made = [row for row in rows if row["variant"] == variant]
        good = [row for row in made if row["status"] == "ok"]
        scores = {rung: np.array([row["held_out"][rung][row["metric"]] for row in good]) for rung in rungs}
        cells = [_mean(scores[rung]) for rung in rungs]
        cells.append(_mean(scores["polynomial"] - scores["he_friendly"]))
        for found in ("largest_activation", "variance_ratio"):
            cells.append(_mean(np.array([row[found] for row in good if row[found] is not None])))
        count = f"{len(good)}" if len(good) == len(made) else f"{len(good)} of {len(made)}"
        lines.append(f"| {variant} | {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _mean(values: np.ndarray) -> str:
    """Mean ± standard deviation."""
    if not len(values):
        return "-"
    spread = f" ± {values.std(ddof=1):.4f}" if len(values) > 1 else ""
    return f"{values.mean():.4f}{spread}"
