"""From a recipe to a checkpoint with all three rungs and the ladder that they reach."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint, recipe
from models.conversion import substitute, to_polynomial
from models.data import digits
from models.data.samples import Samples, balanced_split
from models.errors import ModelError
from models.graph import Array, Graph
from models.ladder import accuracy, compare, cross_entropy, intervals, largest_values
from models.recipe import Recipe
from models.reference import logits

Report = Callable[[str], None]

#: Largest difference of logits between a clear rung and the torch model that it was exported from.
EXPORT_TOLERANCE = 1e-9
#: The same between the polynomial rung and its unfolded form, whose weights are not rounded to float32.
ROUNDING_TOLERANCE = 1e-4
_VALIDATION_SALT = "validation"


def convert(recipe_path: Path, output_folder: Path, report: Report) -> dict[str, Any]:
    """Train, convert, verify, and write a checkpoint with its `ladder.json`.

    Args:
        recipe_path: a recipe's YAML file.
        output_folder: where the rungs are written.
        report: takes one line of progress at a time.

    Returns:
        The ladder: accuracy of every rung on the held-out samples, and all that says how it came about.

    Raises:
        ModelError: the recipe is wrong, torch is absent, or a rung differs from what it was made from.
    """
    chosen = recipe.load(recipe_path)
    training, held_out = digits.training(), digits.held_out()
    split = balanced_split(training, chosen.validation_per_class, _VALIDATION_SALT)
    rungs: dict[str, Graph] = {}
    origins: dict[str, dict[str, Any]] = {}
    for rung in ("original", "he_friendly"):
        rungs[rung], origins[rung] = _train(chosen, rung, *split, report)
    report("polynomial: calibrate, substitute, fold, condition")
    rungs["polynomial"], origins["polynomial"] = _convert(chosen, rungs["he_friendly"], training.inputs)
    for rung, graph in rungs.items():
        checkpoint.save_graph(graph, output_folder, rung)
        origins[rung] |= {
            "parameters": graph.parameter_count(),
            "digest": checkpoint.digest(output_folder, rung),
        }
    met = {"training": training.inputs, "held_out": held_out.inputs}
    ladder = {
        "metric": "accuracy",
        "held_out": compare(rungs, held_out),
        "validation": compare(rungs, split[1]),
        "rungs": origins,
        "intervals": intervals(rungs["polynomial"], met),
        "largest_values": largest_values(rungs["polynomial"], training.inputs),
        "recipe": chosen.model_dump(mode="json"),
        "versions": _versions(),
    }
    (output_folder / "ladder.json").write_text(json.dumps(ladder, indent=1) + "\n")
    return ladder


def _train(
    chosen: Recipe, rung: str, fitted: Samples, validation: Samples, report: Report
) -> tuple[Graph, dict[str, Any]]:
    """The seed that does best on the validation samples, as a graph, and how all seeds did."""
    try:
        from models.export import deviation, export
        from models.training import train
        from models.vit import VitShape
    except ModuleNotFoundError as error:
        raise ModelError(
            f"training needs {error.name}, absent here; install this project with its extra `train`"
        ) from error
    started = time.perf_counter()
    dimensions = {"tokens": digits.TOKENS, "features": digits.FEATURES, "classes": digits.CLASSES}
    shape = VitShape(**dimensions, **chosen.model.model_dump())
    seeds: list[dict[str, Any]] = []
    graphs: list[Graph] = []
    for seed in chosen.training.seeds:
        label = f"{rung}, seed {seed}"
        model = train(
            shape, rung == "he_friendly", fitted, chosen.training, seed, partial(_prefixed, report, label)
        )
        graph = export(model, chosen.name)
        difference = _accepted(label, deviation(model, graph, fitted.inputs), EXPORT_TOLERANCE)
        found = {"accuracy": accuracy(graph, validation), "cross_entropy": cross_entropy(graph, validation)}
        report(f"{label}: validation accuracy {found['accuracy']:.4f}")
        seeds.append({"seed": seed, "validation": found, "deviation": difference})
        graphs.append(graph)
    best = max(
        range(len(seeds)),
        key=lambda i: (seeds[i]["validation"]["accuracy"], -seeds[i]["validation"]["cross_entropy"]),
    )
    origin = {"seed": seeds[best]["seed"], "seeds": seeds, "wall_s": time.perf_counter() - started}
    return graphs[best], origin


def _prefixed(report: Report, label: str, line: str) -> None:
    report(f"{label}: {line}")


def _convert(chosen: Recipe, graph: Graph, inputs: Array) -> tuple[Graph, dict[str, Any]]:
    """The polynomial graph, and its largest deviation from the graph before folding and rounding."""
    started = time.perf_counter()
    converted = to_polynomial(graph, inputs, chosen.conversion)
    unfolded = substitute(graph, inputs, chosen.conversion)
    error = float(np.abs(logits(converted, inputs) - logits(unfolded, inputs)).max())
    origin = {"deviation": _accepted("polynomial", error, ROUNDING_TOLERANCE)}
    return converted, origin | {"wall_s": time.perf_counter() - started}


def _accepted(label: str, error: float, tolerance: float) -> float:
    if not error <= tolerance:
        raise ModelError(
            f"{label} deviates by {error:.2g} from what it was made from, more than {tolerance:.0e}; "
            "this is a defect of the export or of the folding, report it"
        )
    return error


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in ("numpy", "scikit-learn", "torch")}
    return {"python": platform.python_version()} | libraries
