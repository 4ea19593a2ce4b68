"""The dimensions of an architecture: what its recipe says, and what the data fix."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator


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


class Literals(BaseModel):
    """What a recipe says of an architecture: plain, frozen, nothing else allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TransformerShape(Literals):
    """Dimensions of a transformer whose blocks are all alike.

    Attributes:
        dim: features of the residual stream.
        heads: the heads of each attention.
        blocks: pairs of attention and MLP.
        mlp_ratio: hidden features of an MLP per feature of the stream.
    """

    dim: int = Field(gt=0)
    heads: int = Field(gt=0)
    blocks: int = Field(gt=0)
    mlp_ratio: int = Field(gt=0)

    @model_validator(mode="after")
    def _heads_divide_dim(self) -> TransformerShape:
        if self.dim % self.heads:
            raise ValueError(f"dim {self.dim} is not a multiple of heads {self.heads}; change one of them")
        return self
