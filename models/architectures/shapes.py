"""The dimensions of an architecture: what its recipe says, and what the data fix."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: Features, blocks and hidden features per feature of the widest models that are published, and weights of
#: which a machine holds all stages at once.
WIDEST, MOST_BLOCKS, LARGEST_RATIO, MOST_WEIGHTS = 16_384, 256, 64, 1_000_000_000

#: Tokens of a sample, whose masks have the square of them, and those of a model that has more positions,
#: where nobody says how many.
MOST_TOKENS, USUAL_MOST_TOKENS = 8192, 4096


@dataclass(frozen=True)
class DataShape:
    """The sizes that the data fix.

    Attributes:
        tokens: the tokens of one sample.
        features: the features of one token; for one-hot tokens the size of the vocabulary.
        classes: logits per position.
    """

    tokens: int
    features: int
    classes: int


#: How far a ratio of two whole numbers, times the second, may be from the first.
_ROUNDING = 1e-6


class Literals(BaseModel):
    """What a recipe says of an architecture: plain, frozen, nothing else allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TransformerShape(Literals):
    """Dimensions of a transformer whose blocks are all alike.

    Attributes:
        dim: features of the residual stream.
        heads: the heads of each attention.
        blocks: pairs of attention and MLP.
        mlp_ratio: hidden features of an MLP per feature of the stream, a whole number of them in all.
    """

    dim: int = Field(gt=0, le=WIDEST)
    heads: int = Field(gt=0, le=WIDEST)
    blocks: int = Field(gt=0, le=MOST_BLOCKS)
    mlp_ratio: int | float = Field(gt=0, le=LARGEST_RATIO, allow_inf_nan=False)

    @model_validator(mode="after")
    def _heads_divide_dim(self) -> TransformerShape:
        if self.dim % self.heads:
            raise ValueError(f"dim {self.dim} is not a multiple of heads {self.heads}; change one of them")
        return self

    @property
    def weights(self) -> float:
        """Those of the maps of its blocks, a gate and every bias apart."""
        return self.dim**2 * self.blocks * (4 + 2 * self.mlp_ratio)

    @model_validator(mode="after")
    def _whole_features(self) -> TransformerShape:
        hidden = hidden_features(self.dim, self.mlp_ratio)
        if not hidden or abs(hidden - self.dim * self.mlp_ratio) > _ROUNDING:
            raise ValueError(
                f"dim {self.dim} times mlp_ratio {self.mlp_ratio} is no whole number of features; "
                f"{hidden or 1} features are a ratio of {(hidden or 1) / self.dim}"
            )
        return self


def too_many(weights: float) -> str | None:
    """Why the weights of an architecture's blocks are more than a machine holds; None where they are not."""
    if weights <= MOST_WEIGHTS:
        return None
    return (
        f"{weights:,.0f} weights are over {MOST_WEIGHTS:,}, more than is planned or held here (a plan too "
        "draws those of up to four blocks, in float64)"
    )


def beyond_bounds(data: DataShape, width: int) -> str | None:
    """Why the sizes of a model's data are more than a machine holds; None where they are not.

    Args:
        data: the sizes.
        width: features of the residual stream, for each of which there is a weight a symbol and a class.
    """
    if data.tokens > MOST_TOKENS:
        return f"{data.tokens:,} tokens are over {MOST_TOKENS:,}"
    table = width * max(data.features, data.classes)
    if table > MOST_WEIGHTS:
        return f"a table of {table:,} weights is over {MOST_WEIGHTS:,}"
    return None


def hidden_features(dim: int, mlp_ratio: int | float) -> int:
    """Hidden features of an MLP."""
    return round(dim * mlp_ratio)
