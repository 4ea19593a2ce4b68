"""What the caller of an import asks for."""

from __future__ import annotations

from dataclasses import dataclass

from models.architectures.shapes import USUAL_MOST_TOKENS, DataShape
from models.data import preparation as prepared
from models.data.literals import Preparation
from models.errors import ModelError


@dataclass(frozen=True)
class Request:
    """How the caller wants the model; of `preparation` and `context` at most one is given.

    Attributes:
        name: the name of the graph.
        preparation: how a data set becomes its inputs.
        context: tokens of a text; all positions of the model where absent, 4,096 at most.
    """

    name: str
    preparation: Preparation | None = None
    context: int | None = None

    def text(self, positions: int, vocabulary: int, classes: int) -> DataShape:
        """The sizes of a text model's data.

        Raises:
            ModelError: the model has fewer positions, or another vocabulary than the preparation.
        """
        tokens = min(positions, USUAL_MOST_TOKENS) if self.context is None else self.context
        entries = vocabulary
        if self.preparation is not None:
            tokens, entries = prepared.tokens(self.preparation)
        if entries != vocabulary:
            raise ModelError(
                f"the preparation gives tokens of {entries} features, the model knows {vocabulary} symbols; "
                "give a preparation with the model's own vocabulary, or none and number the tokens yourself"
            )
        if not 0 < tokens <= positions:
            raise ModelError(
                f"the model has {positions} positions, not {tokens}; ask for a context within them"
            )
        return DataShape(tokens, vocabulary, classes)
