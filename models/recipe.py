"""A recipe: the YAML file that says how a checkpoint is made from nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, Tag, field_validator, model_validator

from models.architectures.options import ORIGINAL, Options
from models.architectures.registry import Architecture
from models.architectures.shapes import too_many
from models.conversion import ConversionSettings
from models.data.augmentation import Augmentation
from models.data.literals import Patches, Preparation, Tokens
from models.data.own import NAME_OR_OWN, OwnData
from models.documents.document import Document, Location
from models.documents.reading import read
from models.documents.schema import validated
from models.embedding import Holder
from models.errors import ModelError
from models.training.settings import (
    MOST_SAMPLES,
    NO_TRAINING,
    DistillationSettings,
    Settings,
    TighteningSettings,
    TrainingSettings,
    WarmStartSettings,
)


class ValidationSettings(Settings):
    """Training samples that no weight is fitted to, to choose by; one of these.

    Attributes:
        per_class: so many of each class; of samples without labels, so many of all.
        fraction: the last part of a text; of samples without labels, such a part of them.
        split: the data set's own validation split.
    """

    per_class: int | None = Field(default=None, gt=0, le=MOST_SAMPLES)
    fraction: float | None = Field(default=None, gt=0, lt=1)
    split: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> ValidationSettings:
        if sum(value is not None for value in (self.per_class, self.fraction, self.split)) != 1:
            raise ValueError("give one of per_class, fraction and split")
        return self


class Recipe(Settings):
    """Everything that a checkpoint depends on, library versions apart.

    Attributes:
        name: the name of the checkpoint.
        title: what it is, in one line.
        data: the data set, by its name, or what a user's own data are (see `models.data.own`).
        preparation: how it becomes the model's inputs; that of images may leave out mean and deviation where
            the folder of `original` or `trained` says them.
        validation: what is chosen by.
        architecture: kind and shape, the same for both variants; what it leaves out, or all of it, is as the
            folder of `original` or `trained` says.
        original: a local folder, relative to the recipe's own, that takes the place of training the original
            variant: one of Hugging Face, or a checkpoint of this project.
        trained: a checkpoint of this project, named likewise, whose original and HE-friendly rungs take the
            place of training both, with the options of the second; conversion and what follows are done anew.
        embedding: who holds the embedding of tokens: the evaluator, or the key owner (see
            `models.embedding`).
        he_friendly: what makes the second variant friendly to polynomials; where it is absent the original
            is kept as it is, and its softmax and LayerNorm are approximated.
        augmentation: random changes of training samples, the same for both variants.
        training: the same for both variants; absent where an original is kept as it is.
        warm_start: the HE-friendly variant begins with the original's weights and learns from its answers, in
            place of `training` from nothing; it is trained from nothing where this is absent.
        conversion: how activations become polynomials.
        calibration: training samples whose ranges set the intervals.
        tightening: training towards the HE-friendly model's own answers on shorter ranges, before
            substitution; none where it is absent, as in the paper.
        fine_tuning: the same after substitution, with the polynomials in place; likewise.
        storage: the storage of the weights in the checkpoint.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)
    title: str = Field(max_length=500, default="")
    data: Annotated[Annotated[str, Tag("name")] | Annotated[OwnData, Tag("own")], NAME_OR_OWN]
    preparation: Annotated[Preparation, Field(discriminator="kind")]
    validation: ValidationSettings
    architecture: Architecture | None = None
    original: Path | None = None
    trained: Path | None = None
    embedding: Holder = "server"
    he_friendly: Options = ORIGINAL
    augmentation: Augmentation = Augmentation()
    training: TrainingSettings = NO_TRAINING
    warm_start: WarmStartSettings | None = None
    conversion: ConversionSettings
    calibration: int = Field(gt=0, le=MOST_SAMPLES, default=2048)
    tightening: TighteningSettings | None = None
    fine_tuning: DistillationSettings | None = None
    storage: Literal["float16", "float32"] = "float32"

    @field_validator("architecture")
    @classmethod
    def _fits_a_machine(cls, found: Architecture | None) -> Architecture | None:
        if found is not None and (excess := too_many(found.weights)):
            raise ValueError(f"{excess}; write a smaller dim or fewer blocks")
        return found

    @model_validator(mode="after")
    def _has_an_architecture(self) -> Recipe:
        if self.source is None and self.architecture is None:
            raise ValueError(
                "the architecture is missing; write it, or name an original or a checkpoint that says it"
            )
        return self

    @model_validator(mode="after")
    def _trains_nothing_of_what_is_trained(self) -> Recipe:
        for name in ("original", "warm_start"):
            if self.trained is not None and getattr(self, name) is not None:
                raise ValueError(f"{name} is as the checkpoint of `trained` has it; leave it out")
        return self

    @model_validator(mode="after")
    def _images_are_normalised(self) -> Recipe:
        if self.source is None and not self.normalises:
            raise ValueError("the preparation lacks mean and std; give one of each per channel")
        return self

    @model_validator(mode="after")
    def _trains_what_is_not_there(self) -> Recipe:
        if "training" not in self.model_fields_set and (self.trains_on or not self.begins_trained):
            raise ValueError(
                "training is missing; only a recipe that keeps its `original` as it is, or has all of it "
                "`trained`, and has neither tightening nor fine_tuning, needs none"
            )
        return self

    @model_validator(mode="after")
    def _uses_what_it_says(self) -> Recipe:
        if self.trained is not None or not self.keeps:
            return self
        if self.warm_start is not None:
            raise ValueError("warm_start needs he_friendly; write he_friendly: {...}, with its options")
        if self.begins_trained and self.training != NO_TRAINING and not self.trains_on:
            raise ValueError(
                "training has nothing to train where an `original` is kept; write he_friendly: {...}, "
                "or leave it out"
            )
        return self

    @property
    def source(self) -> Path | None:
        """The folder whose original rung takes the place of training one."""
        return self.original if self.trained is None else self.trained

    @property
    def keeps(self) -> bool:
        """Whether the HE-friendly variant is the original itself, of which nothing is trained."""
        return self.he_friendly == ORIGINAL

    @property
    def begins_trained(self) -> bool:
        """Whether both trained rungs are there from the beginning."""
        return self.trained is not None or (self.original is not None and self.keeps)

    @property
    def trains_on(self) -> bool:
        """Whether what is trained learns from it further on the way to polynomials."""
        return self.tightening is not None or self.fine_tuning is not None

    @property
    def learns_labels(self) -> tuple[str, ...]:
        """The entries by which something learns labels; all else needs samples alone."""
        from_nothing = not self.begins_trained and (self.original is None or self.warm_start is None)
        parts = ("warm_start", "tightening", "fine_tuning")
        weighed = tuple(name for name in parts if getattr(getattr(self, name), "labels", 0))
        return (("training",) if from_nothing else ()) + weighed

    @property
    def uses_no_label(self) -> bool:
        """Whether the model answers embeddings, and nothing learns labels: samples alone are enough then."""
        return getattr(self.architecture, "head", True) is False and not self.learns_labels

    @property
    def normalises(self) -> bool:
        """Whether the preparation says how images are normalised; that of a text has nothing to say."""
        return not isinstance(self.preparation, Patches) or bool(self.preparation.mean)

    @property
    def shape(self) -> Architecture:
        """The architecture, of which the folder of `source` has filled in what was left out."""
        assert self.architecture is not None  # see `models.pipeline.imported.completed`
        return self.architecture

    def digest(self, *parts: str) -> str:
        """SHA-256 over some of the recipe's entries, by which work is known again."""
        # Without one of these a recipe is known by what it was known by before there was any.
        left_out = {name for name in ("warm_start", "trained") if getattr(self, name) is None}
        return _digest(self.model_dump(mode="json", include=set(parts) - left_out))

    def training_digest(self, rung: str) -> str:
        """SHA-256 over what one training of a rung depends on, its seed apart."""
        content = self.model_dump(mode="json", include=set(_TRAINING_PARTS))
        training = content["training"]
        del training["seeds"]
        if rung == "original":
            del training["range_weight"], training["variance_weight"]
        else:
            content["he_friendly"] = self.he_friendly.model_dump(mode="json")
        return _digest(content)

    def warm_digest(self, phase: str) -> str:
        """SHA-256 over what a phase of a warm start depends on beside its graphs and its seed."""
        training = self.training.model_dump(mode="json", include=set(_SHARED_WITH_WARM_START))
        warm = self.model_dump(mode="json", include={"warm_start"})["warm_start"]
        for other in {"blocks", "whole"} - {phase}:
            del warm[other]
        return _digest([training, warm, self.augmentation.model_dump(mode="json")])


#: What a trained rung depends on.
_TRAINING_PARTS = (
    "data",
    "preparation",
    "validation",
    "architecture",
    "embedding",
    "augmentation",
    "training",
)
#: The entries of `training` that hold for a warm start too.
_SHARED_WITH_WARM_START = (
    "batch",
    "optimiser",
    "gradient_norm",
    "range_weight",
    "variance_weight",
    "precision",
    "threads",
)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def load(path: Path) -> Recipe:
    """Read and validate a recipe.

    Raises:
        ModelError: file, line and what is wrong there; or the file is missing or no YAML.
    """
    return held_to(read(path, ModelError), path.parent)


def parse(content: Mapping[str, object], origin: str, folder: Path) -> Recipe:
    """Validate a recipe that is in no file.

    Args:
        content: as YAML gives it.
        origin: where it stands, for errors.
        folder: where its relative paths begin.

    Raises:
        ModelError: it holds an unknown key or a wrong value.
    """
    return held_to(Document(Path(origin), {}, {}, ModelError), folder, content)


def held_to(
    document: Document, folder: Path, content: Mapping[str, object] | None = None, within: Location = ()
) -> Recipe:
    """The recipe that a document is, or that a place in it changes.

    Args:
        document: a recipe, or an ablation.
        folder: where relative paths begin.
        content: the changed recipe, in an ablation.
        within: where the changes stand.

    Raises:
        ModelError: it holds an unknown key or a wrong value.
    """
    found = validated(document, Recipe, content, within)
    original = None if found.original is None else folder / found.original
    trained = None if found.trained is None else folder / found.trained
    changes: dict[str, object] = {"original": original, "trained": trained}
    if isinstance(found.preparation, Tokens):
        own = found.preparation.folder
        tokenizer = original if own is None else folder / own
        changes["preparation"] = found.preparation.model_copy(update={"folder": tokenizer})
    return found.model_copy(update=changes)
