"""From a recipe to a checkpoint with every rung and the ladder that they reach.

Stage 1 trains the original and the HE-friendly architecture alike; stage 2, range-aware training, is terms in
the second one's loss; stage 3 substitutes polynomials, and may train on with them in place (Zimerman et al.,
ICML 2024; the last step is ours). What is finished, and every epoch of what is not, is kept in a work folder,
so that an interrupted conversion goes on where it stood.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from models import architectures, checkpoint, conversion, huggingface, recipe
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.data import preparation as prepared
from models.data.batches import Feeder
from models.errors import ModelError
from models.graph import Graph, Node
from models.ladder import compare, largest_values, measures, metric
from models.recipe import Recipe
from models.reference import ACTIVATIONS, outputs
from models.shapes import value_shapes
from models.splits import Splits, split
from models.training.settings import DistillationSettings

Report = Callable[[str], None]

#: Largest difference of outputs, relative to the largest, between torch's float64 and the reference's.
TORCH_TOLERANCE = 1e-9
#: The same between the folded polynomial graph, before its weights are rounded, and the unfolded one.
FOLDING_TOLERANCE = 1e-6
#: Samples on which graphs are compared.
_COMPARED = 32
#: Calibration samples that say how large the values inside a polynomial graph are.
_SIZED = 256
#: What a trained graph depends on.
_TRAINING_PARTS = ("data", "preparation", "validation", "architecture", "augmentation", "training")


@dataclass(frozen=True)
class Trained:
    """A rung that was trained, and how."""

    graph: Graph
    origin: dict[str, Any]


@dataclass(frozen=True)
class Made:
    """Every rung of a recipe, and the ladder that they reach."""

    rungs: dict[str, Graph]
    ladder: dict[str, Any]


def convert(
    recipe_path: Path, output_folder: Path, work_folder: Path, report: Report, *, untrained: bool = False
) -> dict[str, Any]:
    """Train, convert, verify, and write a checkpoint with its `ladder.json`.

    Args:
        recipe_path: a recipe's YAML file.
        output_folder: where the rungs are written.
        work_folder: where unfinished work is kept.
        report: takes one line of progress at a time.
        untrained: leave the weights random, for timing alone; the checkpoint says so.

    Returns:
        The ladder: measures of every rung on the held-out samples, and all that says how it came about.

    Raises:
        ModelError: the recipe is wrong, data or torch are absent, or a rung differs from what it was made
            from.
    """
    chosen = recipe.load(recipe_path)
    made = make(chosen, work_folder, report, untrained=untrained)
    for rung, graph in made.rungs.items():
        checkpoint.save_graph(graph, output_folder, rung, chosen.storage)
        made.ladder["rungs"][rung]["digest"] = checkpoint.digest(output_folder, rung)
    (output_folder / "ladder.json").write_text(json.dumps(made.ladder, indent=1) + "\n")
    return made.ladder


def make(chosen: Recipe, work_folder: Path, report: Report, *, untrained: bool = False) -> Made:
    """Every rung of a recipe, trained, converted, verified and measured; see `convert`."""
    _require_torch()
    if untrained:
        chosen = chosen.model_copy(update={"tightening": None, "fine_tuning": None, "original": None})
    data = split(chosen)
    if untrained:
        original, he_friendly = (_random(chosen, options, data) for options in (ORIGINAL, chosen.he_friendly))
    else:
        original = _original(chosen, data, work_folder, report)
        he_friendly = _train(chosen, "he_friendly", chosen.he_friendly, data, work_folder, report)
    substituted, polynomial = _polynomial(chosen, he_friendly.graph, data, work_folder, report)
    trained = {"original": original, "he_friendly": he_friendly, "polynomial": polynomial}
    rungs = {rung: conversion.round_weights(made.graph, chosen.storage) for rung, made in trained.items()}
    report("measure every rung on the held-out samples")
    measured = {**rungs, "substituted": substituted}
    ladder = {
        "metric": metric(original.graph),
        "held_out": compare(measured, data.held_out()),
        "validation": compare(measured, data.validation),
        "rungs": {
            rung: made.origin | {"parameters": made.graph.parameter_count()} for rung, made in trained.items()
        },
        "intervals": conversion.report(rungs["polynomial"], {"calibration": data.calibration}),
        "largest_values": largest_values(rungs["polynomial"], data.calibration[:_COMPARED]),
        "data": data.facts,
        "recipe": chosen.model_dump(mode="json"),
        "versions": _versions(),
    }
    return Made(rungs, ladder)


def _random(chosen: Recipe, options: Options, data: Splits) -> Trained:
    """A rung as it begins: its sizes are right and its answers mean nothing."""
    graph = _untrained(chosen, options, data, chosen.training.seeds[0])
    return Trained(replace(graph, metadata={**graph.metadata, "weights": "random"}), {"weights": "random"})


def _original(chosen: Recipe, data: Splits, work_folder: Path, report: Report) -> Trained:
    """The original rung, trained or imported."""
    if chosen.original is None:
        return _train(chosen, "original", ORIGINAL, data, work_folder, report)
    return _imported(chosen, chosen.original, data)


def _imported(chosen: Recipe, folder: Path, data: Splits) -> Trained:
    """The original rung from a local Hugging Face folder."""
    started = time.perf_counter()
    graph = huggingface.load(folder, data.preparation, name=chosen.name)
    if graph.metadata["architecture"] != chosen.architecture.model_dump():
        raise ModelError(
            f"{folder} holds {graph.metadata['architecture']}; give the recipe the same architecture"
        )
    found = measures(outputs(graph, data.validation.inputs), data.validation.labels)
    origin = {"imported": str(folder), "validation": found, "wall_s": time.perf_counter() - started}
    return Trained(graph, origin)


def _train(
    chosen: Recipe, rung: str, options: Options, data: Splits, work_folder: Path, report: Report
) -> Trained:
    """The seed that does best on the validation samples, and how all seeds did."""
    tried = [
        _train_seed(chosen, rung, options, data, seed, work_folder, report) for seed in chosen.training.seeds
    ]
    best = min(tried, key=lambda trained: trained.origin["validation"]["cross_entropy"])
    return Trained(
        best.graph,
        {
            "seed": best.origin["seed"],
            "seeds": [trained.origin for trained in tried],
            "wall_s": sum(trained.origin["wall_s"] for trained in tried),
        },
    )


def _train_seed(
    chosen: Recipe, rung: str, options: Options, data: Splits, seed: int, work_folder: Path, report: Report
) -> Trained:
    """One training, or what an earlier run of the same recipe left of it."""
    from models.training.fit import Schedule, Work, fit
    from models.training.losses import training_loss
    from models.training.module import deviation

    label = f"{rung}, seed {seed}"
    parts = _TRAINING_PARTS if rung == "original" else (*_TRAINING_PARTS, "he_friendly")
    stage = work_folder / f"{rung}-{seed}-{chosen.digest(*parts)}"
    finished = _finished(stage)
    if finished is not None:
        report(f"{label}: trained already")
        return finished
    started = time.perf_counter()
    settings = chosen.training
    fixed = Schedule(
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
        graph=_untrained(chosen, options, data, seed),
        feeder=Feeder(data.fitted, data.preparation, chosen.augmentation),
        loss=training_loss(settings, range_aware=rung == "he_friendly"),
        schedule=fixed,
        seed=seed,
        dropout=settings.dropout,
        state=stage / "state.pt",
    )
    graph = fit(work, settings.threads, partial(_prefixed, report, label))
    found = measures(outputs(graph, data.validation.inputs), data.validation.labels)
    report(f"{label}: validation {metric(graph)} {found[metric(graph)]:.4f}")
    difference = deviation(graph, data.calibration[:_COMPARED])
    origin = {
        "seed": seed,
        "validation": found,
        "deviation": _accepted(label, difference, TORCH_TOLERANCE),
        "wall_s": time.perf_counter() - started,
    }
    return _finish(stage, Trained(graph, origin))


def _untrained(chosen: Recipe, options: Options, data: Splits, seed: int) -> Graph:
    tokens, features = prepared.tokens(data.preparation)
    return architectures.registry.build(
        chosen.architecture,
        options,
        DataShape(tokens=tokens, features=features, classes=data.classes),
        data.preparation.model_dump(mode="json"),
        np.random.default_rng(seed),
        chosen.name,
    )


def _polynomial(
    chosen: Recipe, he_friendly: Graph, data: Splits, work_folder: Path, report: Report
) -> tuple[Graph, Trained]:
    """The graph with polynomials as they were substituted, and the polynomial rung."""
    from models.training.module import deviation

    started = time.perf_counter()
    frozen = conversion.freeze(he_friendly)
    before = conversion.calibrate(frozen, data.calibration)
    tight = conversion.freeze(_tightened(chosen, he_friendly, data, work_folder, report))
    report("polynomial: calibrate and substitute")
    ranges = conversion.calibrate(tight, data.calibration)
    substituted = conversion.substitute(tight, ranges, chosen.conversion)
    tuned = _fine_tuned(chosen, substituted, frozen, data, work_folder, report)
    trained, choice = _better(substituted, tuned, data)
    report("polynomial: fold and condition")
    sizes = data.calibration[:_SIZED]
    conditioned = conversion.condition(conversion.fold(trained), sizes, chosen.conversion.value_size)
    compared = data.calibration[:_COMPARED]
    wanted = outputs(trained, compared)
    error = float(np.abs(outputs(conditioned, compared) - wanted).max() / np.abs(wanted).max())
    origin = {
        "ranges_of_the_he_friendly_rung": _ranges(frozen, before),
        "ranges": _ranges(tight, ranges),
        "fine_tuning": choice,
        "folding_deviation": _accepted("folding", error, FOLDING_TOLERANCE),
        "deviation": _accepted("polynomial", deviation(conditioned, compared), TORCH_TOLERANCE),
        "wall_s": time.perf_counter() - started,
    }
    return substituted, Trained(conditioned, origin)


def _ranges(graph: Graph, ranges: conversion.Ranges) -> dict[str, dict[str, list[float]]]:
    """Inputs of activations and variances of LayerNorms, apart."""
    found: dict[str, dict[str, list[float]]] = {"activations": {}, "variances": {}}
    for name, ends in ranges.items():
        kind = "variances" if graph[name].operation == "layer_norm" else "activations"
        found[kind][name] = list(ends)
    return found


def _better(substituted: Graph, tuned: Graph | None, data: Splits) -> tuple[Graph, dict[str, Any] | None]:
    """The graph that does better on the validation samples, and how both did where one was tuned."""
    if tuned is None:
        return substituted, None
    validation = data.validation
    before, after = (
        measures(outputs(graph, validation.inputs), validation.labels) for graph in (substituted, tuned)
    )
    kept = after["cross_entropy"] < before["cross_entropy"]
    return tuned if kept else substituted, {"before": before, "after": after, "kept": kept}


def _tightened(chosen: Recipe, graph: Graph, data: Splits, work_folder: Path, report: Report) -> Graph:
    """The graph with its activations still exact and their inputs shorter, where the recipe asks for it.

    Its BatchNorms go on with the statistics of batches: without them such a training is unstable.
    """
    settings = chosen.tightening
    if settings is None:
        return graph
    shapes = value_shapes(graph)
    intervals = {}
    for node in graph:
        if node.operation in ACTIVATIONS:
            in_attention = len(shapes[node.name]) == 3
            bound = settings.attention_bound if in_attention else settings.mlp_bound
            intervals[node.name] = (-bound, bound)
    return _distilled(chosen, "tightening", settings, graph, intervals, graph, data, work_folder, report)


def _fine_tuned(
    chosen: Recipe, graph: Graph, teacher: Graph, data: Splits, work_folder: Path, report: Report
) -> Graph | None:
    """The graph trained on with its polynomials in place, where the recipe asks for it."""
    settings = chosen.fine_tuning
    if settings is None:
        return None
    intervals = {node.name: _interval(node) for node in graph if node.operation == "polynomial"}
    return _distilled(chosen, "fine_tuning", settings, graph, intervals, teacher, data, work_folder, report)


def _interval(node: Node) -> tuple[float, float]:
    low, high = node.attributes["interval"]
    return float(low), float(high)


def _distilled(
    chosen: Recipe,
    part: str,
    settings: DistillationSettings,
    graph: Graph,
    intervals: dict[str, tuple[float, float]],
    teacher: Graph,
    data: Splits,
    work_folder: Path,
    report: Report,
) -> Graph:
    """A graph trained towards a teacher's answers, or what an earlier run left of it."""
    from models.training.fit import Schedule, Work, fit
    from models.training.losses import distillation_loss

    stage = work_folder / f"{part}-{checkpoint.graph_digest(graph)}-{chosen.digest(part, 'training')}"
    finished = _finished(stage)
    if finished is not None:
        report(f"{part}: done already")
        return finished.graph
    work = Work(
        graph=graph,
        feeder=Feeder(data.fitted, data.preparation, chosen.augmentation),
        loss=distillation_loss(intervals, teacher, settings),
        schedule=Schedule(
            epochs=settings.epochs,
            batch=chosen.training.batch,
            learning_rate=settings.learning_rate,
            precision=settings.precision,
        ),
        seed=chosen.training.seeds[0],
        state=stage / "state.pt",
    )
    tuned = fit(work, chosen.training.threads, partial(_prefixed, report, part))
    return _finish(stage, Trained(tuned, {})).graph


def _finished(stage: Path) -> Trained | None:
    """What a finished stage left in its folder."""
    origin = stage / "origin.json"
    if not origin.is_file():
        return None
    return Trained(checkpoint.load_graph(stage, "trained"), json.loads(origin.read_text()))


def _finish(stage: Path, trained: Trained) -> Trained:
    """Keep a finished stage; the state of its training is of no more use."""
    checkpoint.save_graph(trained.graph, stage, "trained", "float64")
    (stage / "origin.json").write_text(json.dumps(trained.origin))
    (stage / "state.pt").unlink(missing_ok=True)
    return replace(trained, graph=checkpoint.load_graph(stage, "trained"))


def _prefixed(report: Report, label: str, line: str) -> None:
    report(f"{label}: {line}")


def _accepted(label: str, error: float, tolerance: float) -> float:
    if not error <= tolerance:
        raise ModelError(
            f"{label} deviates by {error:.2g} from what it was made from, more than {tolerance:.0e}; "
            "this is a defect of torch's evaluation or of the folding, report it"
        )
    return error


def _require_torch() -> None:
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModelError(
            "training needs torch, absent here; install this project with its extra `train`"
        ) from error


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in ("numpy", "scipy", "torch")}
    return {"python": platform.python_version()} | libraries
