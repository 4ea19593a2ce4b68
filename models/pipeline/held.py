"""The original rung from a checkpoint of this project, and its HE-friendly one where both are wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models import checkpoint
from models.architectures import registry
from models.architectures.options import ORIGINAL, Options
from models.data import literals
from models.data.literals import Preparation
from models.errors import ModelError
from models.graph import Graph
from models.pipeline.imported import check_order_of_labels, completed, entered
from models.pipeline.work import Conversion, Trained
from models.recipe import Recipe
from models.shapes import value_shapes

#: Entries of a preparation that a recipe may leave to the checkpoint.
_FILLED = ("vocabulary", "mean", "std", "tokenizer", "symbols")


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds an original rung of this project."""
    return (folder / "original.json").is_file()


def prepared(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with the checkpoint's vocabulary, or mean and deviation, where it says nothing of them.

    Likewise with its architecture, and with the options of the HE-friendly rung where that is taken too.

    Raises:
        ModelError: the checkpoint is damaged, or the recipe has other options.
    """
    graph = checkpoint.load_graph(folder, "original")
    literal, found = recipe.preparation, _preparation(graph)
    missing = [name for name in _FILLED if name in dict(literal) and not getattr(literal, name)]
    filled = literal.model_copy(
        update={name: getattr(found, name, getattr(literal, name)) for name in missing}
    )
    architecture = completed(recipe.architecture, registry.parse(graph.metadata["architecture"]))
    changes: dict[str, object] = {"preparation": filled, "architecture": architecture}
    if recipe.trained is not None:
        options = checkpoint.load_graph(folder, "he_friendly").metadata["options"]
        held_to = Options.model_validate(options)
        if recipe.he_friendly not in (ORIGINAL, held_to):
            raise ModelError(f"the recipe's he_friendly is not that of {folder}; leave it out")
        changes["he_friendly"] = held_to
    return recipe.model_copy(update=changes)


def classes(folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many labels the original rung of a checkpoint answers, and their names where it has any.

    Raises:
        ModelError: the checkpoint is damaged.
    """
    graph = checkpoint.load_graph(folder, "original")
    return value_shapes(graph)[graph.output][1], tuple(graph.metadata.get("classes", ()))


def held(conversion: Conversion, folder: Path, rung: str) -> Trained:
    """The original or the HE-friendly rung as the checkpoint has it.

    Raises:
        ModelError: the checkpoint is damaged, or recipe or data do not fit it.
    """

    def load() -> Graph:
        graph = checkpoint.load_graph(folder, rung)
        _check_preparation(conversion.data.preparation, _preparation(graph), folder)
        check_order_of_labels(conversion, folder, tuple(graph.metadata.get("classes", ())))
        shape = registry.parse(graph.metadata["architecture"]).model_dump(mode="json")
        return replace(graph, name=conversion.recipe.name, metadata={**graph.metadata, "architecture": shape})

    return entered(conversion, folder, rung, load)


def _preparation(graph: Graph) -> Preparation:
    return literals.parse(graph.metadata["preparation"])


def _check_preparation(asked: Preparation, found: Preparation, folder: Path) -> None:
    entries = {**dict(asked), **dict(found)}
    differing = [name for name in entries if getattr(asked, name, None) != getattr(found, name, None)]
    if differing:
        raise ModelError(
            f"the recipe prepares samples otherwise than {folder} ({', '.join(differing)}); "
            "give the recipe the preparation of that checkpoint"
        )
