"""How a graph becomes polynomial: the block `conversion` of a recipe."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: Beyond what a polynomial in double precision is fitted to.
MOST_DEPTH, HIGHEST_DEGREE, WIDEST_MARGIN, MOST_GUARD_STEPS = 30, 254, 1e6, 8


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DepthBudget(_Settings):
    """The levels that each activation may take.

    Attributes:
        depth: levels at most.
        error: where fewer levels bring the polynomial this near to its function, it takes fewer.
    """

    depth: int = Field(ge=1, le=MOST_DEPTH)
    error: float = Field(ge=0, default=0.0)


class CompositeRelu(_Settings):
    """ReLU through a composite sign (Lee et al. 2021) of so many levels, the last product included."""

    depth: int = Field(ge=3, le=MOST_DEPTH)


class LayerNormSettings(_Settings):
    """How LayerNorm's 1/√(variance + ε) becomes polynomial; exactly one of depth and error is given.

    Attributes:
        depth: levels of the approximation of 1/√.
        error: its largest relative error; it takes the fewest levels that reach it.
        margin: the interval reaches from the least variance met in training over it to the largest times it.
    """

    depth: int | None = Field(ge=1, le=MOST_DEPTH, default=None)
    error: float | None = Field(gt=0, default=None)
    margin: float = Field(ge=1, le=WIDEST_MARGIN, default=2.0)

    @model_validator(mode="after")
    def _one_aim(self) -> LayerNormSettings:
        if (self.depth is None) == (self.error is None):
            raise ValueError("LayerNorm's 1/√ is chosen for a depth or for an error; give one of them")
        return self


class SoftmaxSettings(_Settings):
    """How softmax becomes polynomial (see `models.conversion.softmax`).

    Attributes:
        exponential: levels of exp.
        division: levels of 1/x of a row's sum.
        sums: how many times the least sum of a row is in the largest that the division serves; what is less
            is divided by too much, and stays bounded.
        margin: by how much sums may exceed those met in training.
    """

    exponential: int = Field(ge=2, le=MOST_DEPTH, default=5)
    division: int = Field(ge=1, le=7, default=5)
    sums: float = Field(gt=1, le=WIDEST_MARGIN, default=200.0)
    margin: float = Field(ge=1, le=WIDEST_MARGIN, default=2.0)


class ConversionSettings(_Settings):
    """How activations and LayerNorm become polynomials.

    Attributes:
        attention_degree: even degree of the polynomial in attention.
        mlp_degree: even degree of the polynomial in the MLP.
        depth_budget: in place of the two degrees, chooses each activation's by its interval.
        margin: length of an interval relative to the largest input met in training.
        value_size: largest magnitude wanted where values are refreshed.
        relu: one minimax polynomial like GELU, or a composition, no deeper than the budget.
        layer_norm: wanted where the graph has LayerNorm.
        softmax: wanted where the graph has softmax, which is then kept.
        by_place: whether values that always lie far out at one place, such as those of a first token, are
            brought to where the others lie before intervals are chosen (see `models.conversion.places`).
        guard: where given, attention is bounded (see `models.conversion.guarding`), up to so many times the
            largest value that it mixes in training, a thousandth of the samples left out.
        guard_steps: each but one makes the guard hold 2.6 times as far, at two levels an attention.
    """

    attention_degree: int | None = Field(ge=2, le=HIGHEST_DEGREE, multiple_of=2, default=None)
    mlp_degree: int | None = Field(ge=2, le=HIGHEST_DEGREE, multiple_of=2, default=None)
    depth_budget: DepthBudget | None = None
    margin: float = Field(ge=1, le=WIDEST_MARGIN)
    value_size: float = Field(gt=0)
    relu: Literal["minimax"] | CompositeRelu = "minimax"
    layer_norm: LayerNormSettings | None = None
    softmax: SoftmaxSettings | None = None
    by_place: bool = False
    guard: float | None = Field(ge=1, le=WIDEST_MARGIN, default=None)
    guard_steps: int = Field(ge=1, le=MOST_GUARD_STEPS, default=1)

    @model_validator(mode="after")
    def _degrees_or_budget(self) -> ConversionSettings:
        degrees = (self.attention_degree, self.mlp_degree)
        if (self.depth_budget is None) != (None not in degrees) or (self.depth_budget and any(degrees)):
            raise ValueError("give attention_degree and mlp_degree, or depth_budget in place of both")
        return self

    @model_validator(mode="after")
    def _relu_within_the_budget(self) -> ConversionSettings:
        budget, relu = self.depth_budget, self.relu
        if budget is not None and isinstance(relu, CompositeRelu) and relu.depth > budget.depth:
            raise ValueError(
                f"relu may take {relu.depth} levels, but the depth_budget of every activation is "
                f"{budget.depth}; lower relu's depth or raise the budget's"
            )
        return self
