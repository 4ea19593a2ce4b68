"""The training samples of a recipe: to fit, to choose by and to calibrate on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.data import catalogue, preparation
from models.data.literals import Preparation
from models.data.samples import Samples, balanced_split
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError
from models.recipe import Recipe
from models.reference import Inputs

_SALT = "validation"
#: Chooses the samples to calibrate on, the same whatever the seeds of a training.
_CALIBRATION_SEED = 0


@dataclass(frozen=True)
class Splits:
    """What a recipe trains on and chooses by.

    Attributes:
        fitted: what weights are fitted to.
        preparation: with its vocabulary.
        classes: logits per position; 0 of samples without labels, whose model says it.
        names: the names of the classes, likewise.
        validation: samples to choose by.
        calibration: inputs of fitted samples that set the intervals of polynomials.
        facts: counts, digests and files of the sources.
    """

    fitted: Source
    preparation: Preparation
    classes: int
    names: tuple[str, ...]
    validation: Samples
    calibration: Inputs
    facts: dict[str, Any]

    @property
    def labelled(self) -> bool:
        """Whether samples have labels."""
        return self.fitted.labelled

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what is fitted to and chosen by, as it is prepared; calibration is a part of that."""
        literal = self.preparation.model_dump(mode="json")
        parts = [self.fitted.digest(), self.validation.digest(), literal]
        parts += [] if self.labelled else ["unlabelled"]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def split(recipe: Recipe, *, learns: bool = True) -> Splits:
    """Load and divide the data of a recipe.

    Args:
        recipe: whose data they are.
        learns: whether what the recipe says is trained; random weights learn no labels.

    Raises:
        ModelError: the data set is absent, has no such split, or has no labels to learn.
    """
    training = catalogue.load(recipe.data, "training")
    held_out = catalogue.load(recipe.data, "held_out")
    literal = preparation.fitted(recipe.preparation, training)
    fitted, validation = _divided(recipe, training)
    count = preparation.count(fitted, literal)
    classes = preparation.tokens(literal)[1] if isinstance(training, Text) else len(training.class_names)
    if not training.labelled and learns and recipe.learns_labels:
        raise _unlabelled(recipe, training)
    if training.labelled and classes < 2 and not recipe.uses_no_label:
        raise ModelError(
            f"{recipe.data} has one label alone, which every answer names; take data with two labels or more"
        )
    preparation.count(held_out, literal)  # what is too short is refused before anything is trained
    chosen = np.random.default_rng(_CALIBRATION_SEED).permutation(count)[: recipe.calibration]
    return Splits(
        fitted=fitted,
        preparation=literal,
        classes=classes,
        names=() if isinstance(training, Text) else training.class_names,
        validation=preparation.samples(validation, literal),
        calibration=preparation.samples(fitted, literal, chosen).inputs,
        facts={"training": training.facts(), "held_out": held_out.facts()},
    )


def _divided(recipe: Recipe, training: Source) -> tuple[Source, Source]:
    """What is fitted, and what is chosen by."""
    wanted = recipe.validation
    if wanted.split:
        return training, catalogue.load(recipe.data, "validation")
    if isinstance(training, Text):
        if wanted.fraction is None:
            raise ModelError(
                f"{recipe.data} is one text; set validation: {{fraction: ...}} or {{split: true}}"
            )
        cut = round(len(training) * (1 - wanted.fraction))
        return training.part(0, cut), training.part(cut, len(training))
    if not training.labelled:
        return balanced_split(training, _chosen(recipe, len(training)), _SALT)
    if wanted.per_class is None:
        raise ModelError(f"{recipe.data} has classes; set validation: {{per_class: ...}} or {{split: true}}")
    _check_left(recipe, training, wanted.per_class)
    return balanced_split(training, wanted.per_class, _SALT)


def _unlabelled(recipe: Recipe, training: Source) -> ModelError:
    """Says what would learn labels where there are none."""
    label = "name their column as label" if isinstance(training, Sentences) else "give each class a folder"
    first, *_ = recipe.learns_labels
    if first == "training":
        return ModelError(
            f"{recipe.data} has no labels, and a model is trained from nothing by labels alone; {label}, or "
            "write an `original` and a warm_start, which learns its answers from samples alone"
        )
    return ModelError(
        f"{recipe.data} has no labels, of which {first} has a weight; {label}, or leave out labels of {first}"
    )


def _chosen(recipe: Recipe, count: int) -> int:
    """Of so many samples without labels, how many are chosen by."""
    asked, fraction = recipe.validation.per_class, recipe.validation.fraction
    taken = asked if fraction is None else max(1, round(count * fraction))
    assert taken is not None  # one of the three is given
    if taken >= count:
        raise ModelError(
            f"validation takes {taken} samples and {recipe.data} has {count}, of which none are left to "
            "train on; take fewer, or set validation: {split: true}"
        )
    return taken


def _check_left(recipe: Recipe, training: Images | Sentences, per_class: int) -> None:
    """See that every class of the training split keeps samples to fit to."""
    counts = np.bincount(training.labels, minlength=len(training.class_names)).tolist()
    fewest, name = min(
        (count, name) for count, name in zip(counts, training.class_names, strict=True) if count
    )
    if per_class >= fewest:
        remedy = f"set per_class to {fewest - 1} at most" if fewest > 1 else "add some of it"
        raise ModelError(
            f"validation takes {per_class} samples of each class and {recipe.data} has {fewest} of "
            f"{name!r}, of which none are left to train on; {remedy}, or set validation: {{split: true}}"
        )
