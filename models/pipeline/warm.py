"""The HE-friendly rung from the original's weights, trained towards the original's answers and hidden states.

First every part by itself, between two hidden states of the original, then the model as a whole. Each of the
two is a stage, so an interrupted warm start goes on where it was.
"""

from __future__ import annotations

import time
from pathlib import Path

from models import checkpoint
from models.graph import Graph
from models.pipeline.judging import Judge, judge_of, learnt_from
from models.pipeline.seeds import best, judged
from models.pipeline.untrained import untrained
from models.pipeline.work import Conversion, Report, Trained
from models.training.settings import PhaseSettings, WarmStartSettings
from models.warming import hidden_states, transplant

#: Training inputs on which what differs between the two graphs is fitted.
_FITTED = 64


def warm_started(conversion: Conversion, original: Graph) -> Trained:
    """The best of the seeds, which differ by the order of the samples and their augmentation alone."""
    settings = conversion.recipe.warm_start
    assert settings is not None  # the caller looked
    started = time.perf_counter()
    inputs = conversion.data.calibration[:_FITTED]
    empty = untrained(conversion, conversion.recipe.he_friendly, conversion.recipe.training.seeds[0])
    begun = Trained(transplant(original, empty, inputs), {"wall_s": time.perf_counter() - started})
    judge = judge_of(original, conversion.data.validation, labelled=conversion.data.labelled)
    tried = [
        _seed(conversion, judge, settings, original, begun, seed) for seed in conversion.recipe.training.seeds
    ]
    found = best(tried, judge)
    transplanted = {"validation": judge.measures(begun.graph), **begun.origin}
    return Trained(found.graph, found.origin | {"transplanted": transplanted})


def _seed(
    conversion: Conversion,
    judge: Judge,
    settings: WarmStartSettings,
    original: Graph,
    begun: Trained,
    seed: int,
) -> Trained:
    """Both phases from one seed; its seconds are those of both and of the beginning."""
    phases = {"blocks": settings.blocks, "whole": settings.whole}
    reached, seconds = begun.graph, begun.origin["wall_s"]
    for phase, asked in phases.items():
        if asked is not None:
            trained = _phase(conversion, judge, settings, phase, asked, original, reached, seed)
            reached, seconds = trained.graph, seconds + trained.origin["wall_s"]
    return Trained(reached, trained.origin | {"wall_s": seconds})


def _phase(
    conversion: Conversion,
    judge: Judge,
    settings: WarmStartSettings,
    phase: str,
    asked: PhaseSettings,
    original: Graph,
    begun: Graph,
    seed: int,
) -> Trained:
    """One phase of one seed."""
    from models.training.batches import Feeder
    from models.training.fit import Schedule, Work, device, fit
    from models.training.losses import lessons, warm_start_loss

    data, recipe = conversion.data, conversion.recipe
    training, states = recipe.training, hidden_states(original, begun)
    label = f"warm start, {phase}, seed {seed}"

    def make(state: Path, report: Report) -> Trained:
        taught = lessons(original, states, device())
        work = Work(
            graph=begun,
            feeder=Feeder(data.fitted, data.preparation, recipe.augmentation, device()),
            loss=warm_start_loss(taught, original, settings, training),
            schedule=Schedule(
                epochs=asked.epochs,
                batch=training.batch,
                learning_rate=asked.learning_rate,
                gradient_norm=training.gradient_norm,
                optimiser=training.optimiser,
                precision=training.precision,
            ),
            seed=seed,
            watched=states,
            lessons=taught if phase == "blocks" else None,
            state=state,
        )
        graph, seconds = fit(work, training.threads, report)
        return judged(conversion, judge, label, graph, {"seed": seed, "wall_s": seconds}, report)

    depends_on = (
        checkpoint.graph_digest(begun),
        checkpoint.graph_digest(original),
        recipe.warm_digest(phase),
        *learnt_from(original),
    )
    return conversion.stage(label, "-".join((f"warm_{phase}", str(seed), *depends_on)), make)
