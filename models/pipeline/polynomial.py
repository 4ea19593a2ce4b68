"""Stage 3: the polynomial rung, with training towards the model's own answers before and after it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models import conversion as steps
from models.data.batches import Feeder
from models.graph import Graph, Node
from models.ladder import measure
from models.pipeline.machine import machine
from models.pipeline.work import COMPARED, TORCH_TOLERANCE, Conversion, Report, Trained, accepted
from models.reference import ACTIVATIONS, outputs
from models.shapes import value_shapes
from models.training.settings import DistillationSettings

#: Largest change of outputs, relative to the largest, that folding and conditioning may make.
FOLDING_TOLERANCE = 1e-6
#: Calibration samples that say how large the values inside a polynomial graph are.
_SIZED = 256

Intervals = dict[str, tuple[float, float]]


def polynomial(conversion: Conversion, he_friendly: Graph) -> tuple[Graph, Trained]:
    """The graph with polynomials as they were substituted, and the polynomial rung."""
    from models.training.module import deviation

    started = time.perf_counter()
    data, settings = conversion.data, conversion.recipe.conversion
    frozen = steps.freeze(he_friendly)
    before = steps.calibrate(frozen, data.calibration)
    tight = steps.freeze(_tightened(conversion, he_friendly))
    conversion.report("polynomial: calibrate and substitute")
    ranges = steps.calibrate(tight, data.calibration)
    substituted = steps.substitute(tight, ranges, settings)
    trained, choice = _better(conversion, substituted, _fine_tuned(conversion, substituted, frozen))
    conversion.report("polynomial: fold and condition")
    conditioned = steps.condition(steps.fold(trained), data.calibration[:_SIZED], settings.value_size)
    compared = data.calibration[:COMPARED]
    wanted = outputs(trained, compared)
    error = float(np.abs(outputs(conditioned, compared) - wanted).max() / np.abs(wanted).max())
    origin = {
        "ranges_of_the_he_friendly_rung": _ranges(frozen, before),
        "ranges": _ranges(tight, ranges),
        "fine_tuning": choice,
        "folding_deviation": accepted("folding", error, FOLDING_TOLERANCE),
        "deviation": accepted("polynomial", deviation(conditioned, compared), TORCH_TOLERANCE),
        "wall_s": time.perf_counter() - started,
    }
    return substituted, Trained(conditioned, origin)


def _ranges(graph: Graph, ranges: steps.Ranges) -> dict[str, dict[str, list[float]]]:
    """Inputs of activations and variances of LayerNorms, apart."""
    found: dict[str, dict[str, list[float]]] = {"activations": {}, "variances": {}}
    for name, ends in ranges.items():
        kind = "variances" if graph[name].operation == "layer_norm" else "activations"
        found[kind][name] = list(ends)
    return found


def _better(
    conversion: Conversion, substituted: Graph, tuned: Graph | None
) -> tuple[Graph, dict[str, Any] | None]:
    """The graph that does better on the validation samples, and how both did where one was tuned."""
    if tuned is None:
        return substituted, None
    validation = conversion.data.validation
    before, after = (measure(graph, validation) for graph in (substituted, tuned))
    kept = after["cross_entropy"] < before["cross_entropy"]
    return tuned if kept else substituted, {"before": before, "after": after, "kept": kept}


def _tightened(conversion: Conversion, graph: Graph) -> Graph:
    """The graph with its activations still exact and their inputs shorter, where the recipe asks for it.

    Its BatchNorms go on with the statistics of batches: without them such a training is unstable.
    """
    settings = conversion.recipe.tightening
    if settings is None:
        return graph
    shapes = value_shapes(graph)
    intervals: Intervals = {}
    for node in graph:
        if node.operation in ACTIVATIONS:
            in_attention = len(shapes[node.name]) == 3
            bound = settings.attention_bound if in_attention else settings.mlp_bound
            intervals[node.name] = (-bound, bound)
    return _distilled(conversion, "tightening", settings, graph, intervals, graph)


def _fine_tuned(conversion: Conversion, graph: Graph, teacher: Graph) -> Graph | None:
    """The graph trained on with its polynomials in place, where the recipe asks for it."""
    settings = conversion.recipe.fine_tuning
    if settings is None:
        return None
    intervals = {node.name: _interval(node) for node in graph if node.operation == "polynomial"}
    return _distilled(conversion, "fine_tuning", settings, graph, intervals, teacher)


def _interval(node: Node) -> tuple[float, float]:
    low, high = node.attributes["interval"]
    return float(low), float(high)


def _distilled(
    conversion: Conversion,
    part: str,
    settings: DistillationSettings,
    graph: Graph,
    intervals: Intervals,
    teacher: Graph,
) -> Graph:
    """A graph trained towards a teacher's answers, its inputs of activations kept inside intervals."""
    from models.training.fit import Schedule, Work, fit
    from models.training.losses import distillation_loss

    recipe, data = conversion.recipe, conversion.data

    def make(state: Path, report: Report) -> Trained:
        work = Work(
            graph=graph,
            feeder=Feeder(data.fitted, data.preparation, recipe.augmentation),
            loss=distillation_loss(intervals, teacher, settings),
            schedule=Schedule(
                epochs=settings.epochs,
                batch=recipe.training.batch,
                learning_rate=settings.learning_rate,
                precision=settings.precision,
            ),
            seed=recipe.training.seeds[0],
            state=state,
        )
        trained, wall_s = fit(work, recipe.training.threads, report)
        return Trained(trained, {"wall_s": wall_s, "machine": machine(recipe.training.threads)})

    name = f"{part}-{checkpoint.graph_digest(graph)}-{recipe.digest(part, 'training', 'augmentation')}"
    return conversion.stage(part, name, make).graph
