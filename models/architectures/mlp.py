"""A perceptron with several layers: linear maps of one token, an activation after each but the last.

With `activation: square` it is what CryptoNets (Gilad-Bachrach et al. 2016) and those after it measure
themselves by; a BatchNorm before each square (`mlp_norm`) folds into its linear map.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import activated
from models.architectures.shapes import WIDEST, DataShape, Literals
from models.errors import ModelError
from models.graph import Graph

#: Hidden layers of the deepest perceptron that anybody encrypts.
MOST_LAYERS = 64


class MlpShape(Literals):
    """Dimensions of a perceptron that its data do not fix.

    Attributes:
        hidden: the features of each hidden layer.
    """

    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[
        tuple[Annotated[int, Field(gt=0, le=WIDEST)], ...], Field(min_length=1, max_length=MOST_LAYERS)
    ]

    @property
    def weights(self) -> float:
        """Those of the maps from one hidden layer to the next."""
        return sum(a * b for a, b in pairwise(self.hidden))


def build(shape: MlpShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained perceptron.

    Raises:
        ModelError: a sample has more than one token.
    """
    if data.tokens != 1:
        raise ModelError(
            f"an mlp reads one token and a sample has {data.tokens}; make a patch as large as the image"
        )
    draft = Draft(options, rng)
    stream = draft.add("input", "", "input", tokens=data.tokens, features=data.features)
    width = data.features
    for index, hidden in enumerate(shape.hidden):
        layer = f"layers.{index}"
        stream = draft.linear(layer, "linear", stream, width, hidden)
        if options.mlp_norm:
            stream = draft.batch_norm(layer, "norm", stream, hidden)
        stream = activated(draft, layer, stream)
        width = hidden
    draft.linear("head", "", stream, width, data.classes)
    return draft.graph("mlp")
