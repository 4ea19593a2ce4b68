"""The original rung from a local Hugging Face folder, and what must fit it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from models import huggingface
from models.architectures.registry import Architecture
from models.data.sources import Text
from models.embedding import held_by
from models.errors import ModelError
from models.graph import Graph
from models.ladder import measure
from models.pipeline.work import COMPARED, TORCH_TOLERANCE, Conversion, Trained, accepted
from models.probing import embeds
from models.recipe import Recipe
from models.shapes import value_shapes

#: A class of which `transformers` was told no name.
_UNNAMED = re.compile(r"LABEL_\d+")


def prepared(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with its folder's preparation of images and architecture where it says nothing of them.

    Raises:
        ModelError: the recipe contradicts the folder, or neither says how images are normalised.
    """
    found = huggingface.preparation(folder, recipe.preparation)
    architecture = completed(recipe.architecture, huggingface.described(folder).architecture)
    return recipe.model_copy(update={"preparation": found, "architecture": architecture})


def classes(folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many labels the model of a folder answers, and their names where it has any.

    Raises:
        ModelError: the folder is incomplete or damaged.
    """
    names = huggingface.label_names(folder) or ()
    told = () if all(_UNNAMED.fullmatch(name) for name in names) else names
    return huggingface.described(folder).data.classes, told


def completed(asked: Architecture | None, held: Architecture) -> Architecture:
    """An architecture with what a recipe does not say of it as a folder holds it.

    Where the two contradict each other it is the recipe's, which `entered` refuses.
    """
    if asked is None:
        return held
    said, found = asked.model_dump(), held.model_dump()
    told = asked.model_fields_set | {"kind"}
    return held if all(said[name] == found.get(name) for name in told) else asked


def imported(conversion: Conversion, folder: Path) -> Trained:
    """The original rung as the folder has it.

    Raises:
        ModelError: the folder is incomplete or damaged, or recipe or data do not fit it.
    """

    def load() -> Graph:
        graph = huggingface.load(folder, conversion.data.preparation, name=conversion.recipe.name)
        check_order_of_labels(conversion, folder, huggingface.label_names(folder) or ())
        return graph

    return entered(conversion, folder, "original", load)


def entered(conversion: Conversion, folder: Path, rung: str, load: Callable[[], Graph]) -> Trained:
    """A rung that a folder holds, seen to fit recipe and data.

    Raises:
        ModelError: its architecture or its classes are others, or torch answers otherwise.
    """
    from models.training.module import deviation

    started = time.perf_counter()
    graph = held_by(load(), conversion.recipe.embedding)
    _check_fit(graph, conversion, folder)
    check_answers(graph, conversion, str(folder))
    unjudged = embeds(graph) or not conversion.data.labelled
    found = None if unjudged else measure(graph, conversion.data.validation)
    difference = deviation(graph, conversion.data.calibration[:COMPARED])
    origin = {
        "imported": str(folder),
        "validation": found,
        "deviation": accepted(f"{rung}, from {folder}", difference, TORCH_TOLERANCE),
        "wall_s": time.perf_counter() - started,
    }
    return Trained(graph, origin)


def _check_fit(graph: Graph, conversion: Conversion, folder: Path) -> None:
    asked, held = conversion.recipe.shape.model_dump(mode="json"), graph.metadata["architecture"]
    differing = [
        f"{name} {asked.get(name)} against {held.get(name)}"
        for name in sorted({*asked, *held})
        if asked.get(name) != held.get(name)
    ]
    if differing:
        raise ModelError(
            f"the recipe's architecture is not that of {folder} ({', '.join(differing)}); "
            f"give the recipe the same architecture: {held}"
        )
    answers, classes = value_shapes(graph)[graph.output][1], conversion.data.classes
    if answers != classes and not embeds(graph):
        raise ModelError(
            f"{folder} has {answers} outputs and {conversion.recipe.data} {classes} classes; "
            "name a model that was trained on these classes"
        )


def check_answers(graph: Graph, conversion: Conversion, origin: str) -> None:
    """See that the labels say what a graph should answer, before anything is trained.

    Args:
        graph: with its answers.
        conversion: the recipe under way, with its labels.
        origin: where the graph is from, for errors.

    Raises:
        ModelError: there is a label for each sample and an answer for each token, or the other way round; or
            embeddings are to learn labels.
    """
    recipe = conversion.recipe
    if embeds(graph):
        for name in ("warm_start", "tightening", "fine_tuning"):
            if getattr(getattr(recipe, name), "labels", 0):
                raise ModelError(
                    f"{origin} answers embeddings, which have no labels; leave out labels of {name}"
                )
        return
    labels = conversion.data.validation.labels
    answers, wanted = value_shapes(graph)[graph.output][0], labels[0].size
    if answers > wanted:
        told = "one label a sample" if conversion.data.labelled else "samples without labels"
        raise ModelError(
            f"{origin} has an answer for every token and {recipe.data} {told}; name a model with "
            "one answer a sample, such as a BertForSequenceClassification, or an architecture that pools"
        )
    if answers < wanted:
        raise ModelError(
            f"{origin} has one answer a sample and {recipe.data} a label for every token; "
            "name a model with an answer for every token, such as a GPT"
        )


def check_order_of_labels(conversion: Conversion, folder: Path, held: tuple[str, ...]) -> None:
    """See that the same names of labels have the same numbers; other names say nothing."""
    if isinstance(conversion.data.fitted, Text):
        return
    wanted = conversion.data.fitted.class_names
    if held != wanted and sorted(held) == sorted(wanted):
        number = next(number for number, name in enumerate(held) if name != wanted[number])
        raise ModelError(
            f"{folder} has the labels of {conversion.recipe.data} in another order (label {number} is "
            f"{held[number]}, there {wanted[number]}); {_remedy(conversion, held)}"
        )


def _remedy(conversion: Conversion, held: tuple[str, ...]) -> str:
    if isinstance(conversion.recipe.data, str):  # a data set that numbers its classes itself
        return "name a model that numbers them as the data do"
    return f"number them as the model does: write classes: [{', '.join(held)}] in `data`"
