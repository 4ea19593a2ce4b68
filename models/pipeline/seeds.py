"""Trainings of one rung from several seeds: how each did, and the best of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from models.graph import Graph
from models.pipeline.judging import Judge
from models.pipeline.machine import machine
from models.pipeline.work import COMPARED, TORCH_TOLERANCE, Conversion, Report, Trained, accepted


def judged(
    conversion: Conversion, judge: Judge, label: str, graph: Graph, origin: dict[str, Any], report: Report
) -> Trained:
    """A graph that was trained, with how it does on the validation samples.

    Args:
        conversion: the recipe under way.
        judge: says how it does.
        label: what was trained, for errors.
        graph: with its trained weights.
        origin: how it was trained; `wall_s` of it grows by the time that this takes.
        report: takes a line.
    """
    from models.training.module import deviation

    started = time.perf_counter()
    found = judge.measures(graph)
    report(f"validation {judge.told(graph, found)}")
    difference = deviation(graph, conversion.data.calibration[:COMPARED])
    known = {
        "validation": found,
        "deviation": accepted(label, difference, TORCH_TOLERANCE),
        "wall_s": origin["wall_s"] + time.perf_counter() - started,
        "machine": machine(conversion.recipe.training.threads),
    }
    return Trained(graph, origin | known)


def best(tried: Sequence[Trained], judge: Judge) -> Trained:
    """The one that does best on the validation samples, and how all did."""
    chosen = max(tried, key=lambda trained: judge.merit(trained.origin["validation"]))
    origin = {
        "seed": chosen.origin["seed"],
        "seeds": [trained.origin for trained in tried],
        "wall_s": sum(trained.origin["wall_s"] for trained in tried),
    }
    return Trained(chosen.graph, origin)
