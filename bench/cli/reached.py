"""What a conversion has reached, told when it ends."""

from __future__ import annotations

from typing import Any

from models.ladder import TOLD


def reached(ladder: dict[str, Any]) -> list[str]:
    """A line a stage of conversion (rung), in the order in which the stages are made."""
    if "held_out" not in ladder:
        return ["the weights are random: nothing was measured"]
    metric, scores = ladder["metric"], ladder["held_out"]
    made = (rung for rung in TOLD if rung in scores)
    return [f"{rung}: held-out {metric} {scores[rung][metric]:.4f}" for rung in made]
