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
        classes: logits per position.
        validation: samples to choose by.
        calibration: inputs of fitted samples that set the intervals of polynomials.
        facts: counts, digests and files of the sources.
    """

    fitted: Source
    preparation: Preparation
    classes: int
    validation: Samples
    calibration: Inputs
    facts: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what is fitted to and chosen by, as it is prepared; calibration is a part of that."""
        literal = self.preparation.model_dump(mode="json")
        parts = [self.fitted.digest(), self.validation.digest(), literal]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def split(recipe: Recipe) -> Splits:
    """Load and divide the data of a recipe.

    Raises:
        ModelError: the data set is absent, or has no such split.
    """
    training = catalogue.load(recipe.data, "training")
    held_out = catalogue.load(recipe.data, "held_out")
    literal = preparation.fitted(recipe.preparation, training)
    fitted, validation = _divided(recipe, training)
    count = preparation.count(fitted, literal)
    classes = preparation.tokens(literal)[1] if isinstance(training, Text) else len(training.class_names)
    if classes < 2:
        raise ModelError(
            f"{recipe.data} has one label alone, which every answer names; take data with two labels or more"
        )
    chosen = np.random.default_rng(_CALIBRATION_SEED).permutation(count)[: recipe.calibration]
    return Splits(
        fitted=fitted,
        preparation=literal,
        classes=classes,
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
    if wanted.per_class is None:
        raise ModelError(f"{recipe.data} has classes; set validation: {{per_class: ...}} or {{split: true}}")
    _check_left(recipe, training, wanted.per_class)
    return balanced_split(training, wanted.per_class, _SALT)


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
