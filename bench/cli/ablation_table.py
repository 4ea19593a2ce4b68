"""The table of an ablation: a line a variant, over the seeds that it was trained from."""

from __future__ import annotations

from typing import Any

import numpy as np

#: The stages of conversion (rungs) between which a change is told: what substitution costs, and what
#: fine-tuning gives back.
CHANGES = (("he_friendly", "substituted"), ("substituted", "polynomial"))


def table(rows: list[dict[str, Any]], rungs: tuple[str, ...]) -> str:
    """Markdown: a line a variant, with mean and standard deviation over the seeds that succeeded.

    The columns are every stage's metric, every change from one to another, seed by seed, and what calibration
    met.
    """
    changes = [f"{before} → {after}" for before, after in CHANGES]
    titles = ["variant", "runs", *rungs, *changes, "largest activation", "variance ratio"]
    lines = [_line(titles), "| --- |" + " ---: |" * (len(titles) - 1)]
    for variant in dict.fromkeys(row["variant"] for row in rows):
        made = [row for row in rows if row["variant"] == variant]
        good = [row for row in made if row["status"] == "ok"]
        count = f"{len(good)}" if len(good) == len(made) else f"{len(good)} of {len(made)}"
        cells = [_mean([_score(row, rung) for row in good]) for rung in rungs]
        cells += [_mean([_change(row, before, after) for row in good]) for before, after in CHANGES]
        cells += [_mean([row[found] for row in good]) for found in ("largest_activation", "variance_ratio")]
        lines.append(_line([variant, count, *cells]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _score(row: dict[str, Any], rung: str) -> float | None:
    """A rung's metric on the held-out samples; None where it exploded or the run did not measure it."""
    score: float | None = row["held_out"].get(rung, {}).get(row["metric"])
    return score


def _change(row: dict[str, Any], before: str, after: str) -> float | None:
    first, second = _score(row, before), _score(row, after)
    return None if first is None or second is None else second - first


def _mean(values: list[float | None]) -> str:
    """Mean ± standard deviation over all runs; a dash where one of them lacks the value."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return "-"
    spread = f" ± {np.std(known, ddof=1):.4f}" if len(known) > 1 else ""
    return f"{np.mean(known):.4f}{spread}"
