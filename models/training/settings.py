"""How a graph is trained: the blocks `training` and `fine_tuning` of a recipe."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

#: More than any training here takes: what is beyond is a slip of the finger.
MOST_SEEDS, MOST_EPOCHS, MOST_SAMPLES = 100, 100_000, 10_000_000


class Settings(BaseModel):
    """A block of a recipe: no unknown keys, no later change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TrainingSettings(Settings):
    """How both architectures are trained, alike.

    Attributes:
        seeds: the seeds of the weights and of the order of the samples; the best on the validation samples
            is kept.
        epochs: passes over the samples.
        batch: samples per step.
        optimiser: AdamW, or Muon for the matrices inside the blocks and AdamW for the rest.
        learning_rate: the highest, after a linear warm-up and before a cosine decay to 0.
        warm_up_epochs: length of the warm-up.
        weight_decay: the weight decay of both, on arrays of two axes or more (see `models.training.fit`).
        label_smoothing: the label smoothing of the cross-entropy.
        dropout: fraction left out of what residual additions add.
        stochastic_depth: fraction of samples to which a residual addition adds nothing.
        gradient_norm: longest gradient that is followed; longer ones are shortened to it.
        range_weight: weight of the range-minimisation term, which only the HE-friendly variant has.
        variance_weight: weight of the variance-minimisation term, likewise.
        precision: the precision of products of matrices in training; float32 elsewhere.
        threads: the threads of the processor; the same number gives the same weights.
    """

    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1, max_length=MOST_SEEDS)
    epochs: float = Field(gt=0, le=MOST_EPOCHS)
    batch: int = Field(gt=1, le=MOST_SAMPLES)
    optimiser: Literal["adamw", "muon"] = "adamw"
    learning_rate: float = Field(gt=0)
    warm_up_epochs: float = Field(ge=0, le=MOST_EPOCHS)
    weight_decay: float = Field(ge=0)
    label_smoothing: float = Field(ge=0, lt=1, default=0.0)
    dropout: float = Field(ge=0, lt=1, default=0.0)
    stochastic_depth: float = Field(ge=0, lt=1, default=0.0)
    gradient_norm: float = Field(gt=0, default=1.0)
    range_weight: float = Field(ge=0, default=0.0)
    variance_weight: float = Field(ge=0, default=0.0)
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int = Field(gt=0, le=1024, default=1)


#: Where a recipe trains nothing: the seed of random weights for timing alone, and the threads.
NO_TRAINING = TrainingSettings(
    seeds=(0,), epochs=1, batch=2, learning_rate=1, warm_up_epochs=0, weight_decay=0
)


class DistillationSettings(Settings):
    """How the HE-friendly model is trained on towards answers.

    Attributes:
        epochs: passes over the samples.
        learning_rate: AdamW's highest, at the start of a cosine decay to 0.
        overshoot_weight: weight of the term that keeps inputs of activations inside their intervals.
        room: fraction of half an interval, at each end, that inputs should leave free.
        teacher: whose answers; the HE-friendly model's own, or those of the original one.
        labels: weight of the labels, against 1 of the teacher's answers.
        precision: the precision of products of matrices in training; float32 elsewhere.
    """

    epochs: float = Field(gt=0, le=MOST_EPOCHS)
    learning_rate: float = Field(gt=0)
    overshoot_weight: float = Field(ge=0, default=1.0)
    room: float = Field(ge=0, lt=1, default=0.1)
    teacher: Literal["he_friendly", "original"] = "he_friendly"
    labels: float = Field(ge=0, default=0.0)
    precision: Literal["float32", "bfloat16"] = "float32"


class TighteningSettings(DistillationSettings):
    """How ranges are tightened before polynomials are put in place, the activations still exact.

    Attributes:
        attention_bound: largest input wanted of the activations of attention.
        mlp_bound: largest input wanted of those of the MLPs.
    """

    attention_bound: float = Field(gt=0)
    mlp_bound: float = Field(gt=0)


class PhaseSettings(Settings):
    """One of the two trainings of a warm start.

    Attributes:
        epochs: passes over the samples.
        learning_rate: the highest, at the start of a cosine decay to 0.
    """

    epochs: float = Field(gt=0, le=MOST_EPOCHS)
    learning_rate: float = Field(gt=0)


class WarmStartSettings(Settings):
    """How the HE-friendly model begins with the original's weights and learns from its answers.

    Attributes:
        blocks: every part of the model by itself, given the original's hidden states; not done where absent.
        whole: then the model as a whole.
        states_weight: weight of the hidden states, against 1 of the original's answers.
        labels: weight of the labels, likewise; at 0 the samples need no labels that are right.
    """

    blocks: PhaseSettings | None = None
    whole: PhaseSettings
    states_weight: float = Field(ge=0, default=1.0)
    labels: float = Field(ge=0, default=0.0)
