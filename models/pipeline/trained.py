"""Stages 1 and 2: the original and the HE-friendly rung, trained alike or imported."""

from __future__ import annotations

import time
from pathlib import Path

from models.architectures.options import ORIGINAL, Options
from models.ladder import cross_entropy, measure
from models.metrics.catalogue import metric_of
from models.pipeline.imported import imported
from models.pipeline.machine import machine
from models.pipeline.untrained import untrained
from models.pipeline.work import COMPARED, TORCH_TOLERANCE, Conversion, Report, Trained, accepted


def original(conversion: Conversion) -> Trained:
    """The original rung, trained or imported."""
    if conversion.recipe.original is None:
        return _best(conversion, "original", ORIGINAL)
    return imported(conversion, conversion.recipe.original)


def he_friendly(conversion: Conversion) -> Trained:
    """The HE-friendly rung, trained with the terms of range-aware training."""
    return _best(conversion, "he_friendly", conversion.recipe.he_friendly)


def _best(conversion: Conversion, rung: str, options: Options) -> Trained:
    """The seed that does best on the validation samples, and how all seeds did."""
    tried = []
    for seed in conversion.recipe.training.seeds:

        def make(state: Path, report: Report, seed: int = seed) -> Trained:
            return _trained(conversion, rung, options, seed, state, report)

        name = f"{rung}-{seed}-{conversion.recipe.training_digest(rung)}"
        tried.append(conversion.stage(f"{rung}, seed {seed}", name, make))
    best = min(tried, key=lambda trained: cross_entropy(trained.origin["validation"]))
    origin = {
        "seed": best.origin["seed"],
        "seeds": [trained.origin for trained in tried],
        "wall_s": sum(trained.origin["wall_s"] for trained in tried),
    }
    return Trained(best.graph, origin)


def _trained(
    conversion: Conversion, rung: str, options: Options, seed: int, state: Path, report: Report
) -> Trained:
    """One training."""
    from models.training.batches import Feeder
    from models.training.fit import Schedule, Work, device, fit
    from models.training.losses import training_loss
    from models.training.module import deviation

    data, settings = conversion.data, conversion.recipe.training
    schedule = Schedule(
        epochs=settings.epochs,
        batch=settings.batch,
        learning_rate=settings.learning_rate,
        warm_up_epochs=settings.warm_up_epochs,
        weight_decay=settings.weight_decay,
        gradient_norm=settings.gradient_norm,
        optimiser=settings.optimiser,
        precision=settings.precision,
    )
    work = Work(
        graph=untrained(conversion, options, seed),
        feeder=Feeder(data.fitted, data.preparation, conversion.recipe.augmentation, device()),
        loss=training_loss(settings, range_aware=rung == "he_friendly"),
        schedule=schedule,
        seed=seed,
        dropout=settings.dropout,
        stochastic_depth=settings.stochastic_depth,
        state=state,
    )
    graph, training_s = fit(work, settings.threads, report)
    started = time.perf_counter()
    found = measure(graph, data.validation)
    metric = metric_of(graph.metadata).name
    report(f"validation {metric} {found[metric]:.4f}")
    difference = deviation(graph, data.calibration[:COMPARED])
    origin = {
        "seed": seed,
        "validation": found,
        "deviation": accepted(f"{rung}, seed {seed}", difference, TORCH_TOLERANCE),
        "wall_s": training_s + time.perf_counter() - started,
        "machine": machine(settings.threads),
    }
    return Trained(graph, origin)
