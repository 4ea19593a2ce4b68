"""Stage 3: the polynomial rung, trained on before or after substitution where that serves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import conversion as steps
from models.graph import Graph
from models.operations import declared
from models.operations.operation import SPREADS
from models.pipeline.candidates import Candidates
from models.pipeline.distilled import fine_tuned, tightened
from models.pipeline.judging import judge_of
from models.pipeline.work import (
    COMPARED,
    TORCH_TOLERANCE,
    Conversion,
    Stopwatch,
    Trained,
    accepted,
)
from models.reference import outputs

#: Largest change of outputs, relative to the largest, that folding and conditioning may make.
FOLDING_TOLERANCE = 1e-6
#: What has polynomials put into it → what the result is called.
_SUBSTITUTED = {"he_friendly": "substituted", "tightened": "tightened"}


@dataclass(frozen=True)
class Converted:
    """What stage 3 makes.

    Attributes:
        rung: the polynomial rung.
        substituted: graphs as polynomials were put into them, by name: `substituted`, of the HE-friendly rung
            as it is, and `tightened`, of what tightening made of it, where the recipe asks for that.
    """

    rung: Trained
    substituted: dict[str, Graph]


def polynomial(conversion: Conversion, original: Graph, he_friendly: Graph) -> Converted:
    """The polynomial rung; of the original one the ranges are wanted, and an embedding's answers."""
    own = Stopwatch()
    frozen = {"original": steps.freeze(original), "he_friendly": steps.freeze(he_friendly)}
    tight = tightened(conversion, he_friendly, frozen)
    with own:
        conversion.report("polynomial: calibrate and substitute")
        if tight is not None:
            frozen["tightened"] = steps.freeze(tight.graph)
        settings, calibration = conversion.recipe.conversion, conversion.data.calibration
        for name in _SUBSTITUTED.keys() & frozen.keys():
            frozen[name] = steps.prepared(frozen[name], calibration, settings)
        ranges = {name: steps.calibrate(graph, calibration) for name, graph in frozen.items()}
        substituted = {
            called: steps.substitute(frozen[name], ranges[name], settings)
            for name, called in _SUBSTITUTED.items()
            if name in frozen
        }
        data = conversion.data
        candidates = Candidates(substituted, judge_of(original, data.validation, labelled=data.labelled))
        start = candidates.best()
    tuned = fine_tuned(conversion, substituted[start], frozen)
    with own:
        if tuned is not None:
            candidates.add("fine_tuned", tuned.graph)
        best, settings = candidates.graphs[candidates.best()], conversion.recipe.conversion
        best = steps.guard(best, conversion.data.calibration, settings.guard, settings.guard_steps)
        finished, deviations = _finished(conversion, best)
    trained = {"tightening": tight, "fine_tuning": tuned}
    distilled = {part: stage.origin for part, stage in trained.items() if stage is not None}
    origin = {
        "ranges": {name: _ranges(graph, ranges[name]) for name, graph in frozen.items()},
        "choice": {"start": start, "kept": candidates.best(), "validation": candidates.scores},
        "distilled": distilled,
        **deviations,
        "wall_s": own.seconds + sum(stage["wall_s"] for stage in distilled.values()),
    }
    return Converted(Trained(finished, origin), substituted)


def _finished(conversion: Conversion, graph: Graph) -> tuple[Graph, dict[str, float]]:
    """The graph folded and conditioned, and how far its answers are from those before and from torch's."""
    from models.training.module import deviation

    conversion.report("polynomial: fold and condition")
    inputs = conversion.data.calibration
    finished = steps.finish(graph, inputs, conversion.recipe.conversion)
    compared = inputs[:COMPARED]
    wanted = outputs(graph, compared)
    error = float(np.abs(outputs(finished, compared) - wanted).max() / np.abs(wanted).max())
    return finished, {
        "folding_deviation": accepted("folding", error, FOLDING_TOLERANCE),
        "deviation": accepted("polynomial", deviation(finished, compared), TORCH_TOLERANCE),
    }


def _ranges(graph: Graph, ranges: steps.Ranges) -> dict[str, dict[str, list[float]]]:
    """Inputs of activations, and variances of LayerNorms or mean squares of RMSNorms, apart."""
    found: dict[str, dict[str, list[float]]] = {"activations": {}, "variances": {}}
    for name, ends in ranges.items():
        kind = "variances" if declared(graph[name].operation).calibrated in SPREADS else "activations"
        found[kind][name] = list(ends)
    return found
