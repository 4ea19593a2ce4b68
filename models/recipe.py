"""A recipe: the YAML file that says how a checkpoint is made from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import ModelError


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VitSettings(_Settings):
    """Dimensions of a ViT that its data does not fix."""

    dim: int = Field(gt=0)
    heads: int = Field(gt=0)
    blocks: int = Field(gt=0)
    mlp_ratio: int = Field(gt=0)

    @model_validator(mode="after")
    def _heads_divide_dim(self) -> VitSettings:
        if self.dim % self.heads:
            raise ValueError(f"dim {self.dim} is no multiple of heads {self.heads}; change one of them")
        return self


class TrainingSettings(_Settings):
    """How both architectures are trained.

    Attributes:
        seeds: of the weights and of the order of the samples; the best on the validation images is kept.
        epochs: passes over the samples.
        batch: samples per step.
        learning_rate: the highest, after a linear warm-up and before a cosine decay to 0.
        warm_up_epochs: length of the warm-up.
        weight_decay: of AdamW.
        label_smoothing: of the cross-entropy.
        range_weight: weight of the range-minimisation term, which only the HE-friendly variant has.
    """

    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    learning_rate: float = Field(gt=0)
    warm_up_epochs: int = Field(ge=0)
    weight_decay: float = Field(ge=0)
    label_smoothing: float = Field(ge=0, lt=1)
    range_weight: float = Field(ge=0)


class ConversionSettings(_Settings):
    """How activations become polynomials.

    Attributes:
        attention_degree: even degree of the polynomial in attention.
        mlp_degree: even degree of the polynomial in the MLP.
        margin: length of an interval relative to the largest input met in training.
        value_size: largest magnitude wanted where values are refreshed.
    """

    attention_degree: int = Field(ge=2, multiple_of=2)
    mlp_degree: int = Field(ge=2, multiple_of=2)
    margin: float = Field(ge=1)
    value_size: float = Field(gt=0)


class Recipe(_Settings):
    """Everything that a conversion depends on, library versions apart.

    Attributes:
        name: of the checkpoint.
        data: the data set.
        validation_per_class: training images of each class that no weight is fitted to, to choose by.
    """

    name: str
    data: Literal["digits"]
    validation_per_class: int = Field(gt=0)
    model: VitSettings
    training: TrainingSettings
    conversion: ConversionSettings


def load(path: Path) -> Recipe:
    """Read and validate a recipe.

    Raises:
        ModelError: the file is missing, is not YAML, or holds an unknown key or a wrong value.
    """
    try:
        content = yaml.safe_load(path.read_text())
        return Recipe.model_validate(content)
    except OSError as error:
        raise ModelError(
            f"the recipe {path} cannot be read ({error.strerror}); name an existing file"
        ) from error
    except yaml.YAMLError as error:
        raise ModelError(f"{path} is not YAML ({error}); correct it") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'recipe'}: {fault['msg']}" for fault in error.errors()
        )
        raise ModelError(f"{path} is no valid recipe ({faults}); correct these entries") from error
