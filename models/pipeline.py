"""From a recipe to a checkpoint with all three rungs and the ladder that they reach."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
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
from models.ladder import compare, intervals, largest_values
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
    fitted, validation = balanced_split(training, chosen.validation_per_class, _VALIDATION_SALT)
    seconds: dict[str, float] = {}
    errors: dict[str, float] = {}
    rungs: dict[str, Graph] = {}
    for rung in ("original", "he_friendly"):
        started = time.perf_counter()
        rungs[rung], errors[rung] = _train(chosen, rung, fitted, training.inputs, report)
        seconds[f"{rung}_s"] = time.perf_counter() - started
    started = time.perf_counter()
    report("polynomial: calibrate, substitute, fold, condition")
    rungs["polynomial"], errors["polynomial"] = _convert(chosen, rungs["he_friendly"], training.inputs)
    seconds["polynomial_s"] = time.perf_counter() - started
    for rung, graph in rungs.items():
        checkpoint.save_graph(graph, output_folder, rung)
    ladder = {
        "metric": "accuracy",
        "held_out": compare(rungs, held_out),
        "validation": compare(rungs, validation),
        "intervals": intervals(
            rungs["polynomial"], {"training": training.inputs, "held_out": held_out.inputs}
        ),
        "largest_values": largest_values(rungs["polynomial"], training.inputs),
        "parameters": {rung: graph.parameter_count() for rung, graph in rungs.items()},
        "errors": errors,
        "seconds": seconds,
        "recipe": chosen.model_dump(),
        "digests": {rung: checkpoint.digest(output_folder, rung) for rung in rungs},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "scikit-learn", "torch")},
    }
    (output_folder / "ladder.json").write_text(json.dumps(ladder, indent=1) + "\n")
    accuracies = ", ".join(f"{rung} {ladder['held_out'][rung]:.4f}" for rung in rungs)
    report(f"accuracy on {len(held_out)} held-out samples: {accuracies}")
    return ladder


def _train(
    chosen: Recipe, rung: str, fitted: Samples, inputs: Array, report: Report
) -> tuple[Graph, float]:
    """A trained architecture as a graph, and its largest deviation from torch on these inputs."""
    try:
        from models.export import deviation, export
        from models.training import train
        from models.vit import VitShape
    except ModuleNotFoundError as error:
        raise ModelError(
            f"training needs {error.name}, which is not installed; install this project with the extra `train`"
        ) from error
    shape = VitShape(
        tokens=digits.TOKENS, features=digits.FEATURES, classes=digits.CLASSES, **chosen.model.model_dump()
    )
    model = train(
        shape, rung == "he_friendly", fitted, chosen.training, lambda line: report(f"{rung}: {line}")
    )
    graph = export(model, chosen.name)
    return graph, _accepted(rung, deviation(model, graph, inputs), EXPORT_TOLERANCE)


def _convert(chosen: Recipe, graph: Graph, inputs: Array) -> tuple[Graph, float]:
    """The polynomial graph, and its largest deviation from the graph before folding and rounding."""
    converted = to_polynomial(graph, inputs, chosen.conversion)
    unfolded = substitute(graph, inputs, chosen.conversion)
    error = float(np.abs(logits(converted, inputs) - logits(unfolded, inputs)).max())
    return converted, _accepted("polynomial", error, ROUNDING_TOLERANCE)


def _accepted(rung: str, error: float, tolerance: float) -> float:
    if not error <= tolerance:
        raise ModelError(
            f"the {rung} rung deviates by {error:.2g} from what it was made from, more than {tolerance:.0e}; "
            "this is a defect of the export or of the folding, report it"
        )
    return error
