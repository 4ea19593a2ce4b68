"""Stages 1 and 2: the original and the HE-friendly rung, trained alike, imported or warm-started."""

from __future__ import annotations

from pathlib import Path

from models.architectures.options import ORIGINAL, Options
from models.errors import ModelError
from models.graph import Graph
from models.pipeline.held import held, is_checkpoint
from models.pipeline.imported import check_answers, imported
from models.pipeline.judging import ByLabels
from models.pipeline.seeds import best, judged
from models.pipeline.untrained import untrained
from models.pipeline.warm import warm_started
from models.pipeline.work import Conversion, Report, Trained
from models.probing import embeds


def original(conversion: Conversion) -> Trained:
    """The original rung, trained or as a folder has it."""
    folder = conversion.recipe.source
    if folder is None:
        return _from_nothing(conversion, "original", ORIGINAL)
    if conversion.recipe.trained is not None or is_checkpoint(folder):
        return held(conversion, folder, "original")
    return imported(conversion, folder)


def he_friendly(conversion: Conversion, original: Graph) -> Trained:
    """The HE-friendly rung: trained with the terms of range-aware training, held, or the original kept."""
    if conversion.recipe.trained is not None:
        return held(conversion, conversion.recipe.trained, "he_friendly")
    if conversion.recipe.keeps:
        return Trained(original, {"kept": "original", "wall_s": 0.0})
    if conversion.recipe.warm_start is None:
        return _from_nothing(conversion, "he_friendly", conversion.recipe.he_friendly)
    return warm_started(conversion, original)


def _from_nothing(conversion: Conversion, rung: str, options: Options) -> Trained:
    """The best of the seeds of a rung that begins with random weights.

    Raises:
        ModelError: labels cannot teach it what it should answer.
    """
    _check_labels_teach(conversion, untrained(conversion, options, conversion.recipe.training.seeds[0]))
    tried = []
    for seed in conversion.recipe.training.seeds:

        def make(state: Path, report: Report, seed: int = seed) -> Trained:
            return _trained(conversion, rung, options, seed, state, report)

        name = f"{rung}-{seed}-{conversion.recipe.training_digest(rung)}"
        tried.append(conversion.stage(f"{rung}, seed {seed}", name, make))
    return best(tried, ByLabels(conversion.data.validation))


def _check_labels_teach(conversion: Conversion, graph: Graph) -> None:
    if embeds(graph):
        raise ModelError(
            f"{conversion.recipe.name} answers embeddings, which labels cannot teach a model from nothing; "
            "name an `original` and leave out he_friendly, which keeps its softmax, or add a warm_start"
        )
    check_answers(graph, conversion, "the architecture")


def _trained(
    conversion: Conversion, rung: str, options: Options, seed: int, state: Path, report: Report
) -> Trained:
    """One training."""
    from models.training.batches import Feeder
    from models.training.fit import Schedule, Work, device, fit
    from models.training.losses import training_loss

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
    origin = {"seed": seed, "wall_s": training_s}
    return judged(conversion, ByLabels(data.validation), f"{rung}, seed {seed}", graph, origin, report)
