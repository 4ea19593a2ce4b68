"""A node of a graph: one operation on named values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.arrays import Array


@dataclass(frozen=True)
class Node:
    """One operation. `name` names its result; `layer` is the name under which reports group it."""

    name: str
    operation: str
    inputs: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    layer: str = ""

    @property
    def is_input(self) -> bool:
        """Whether this is the graph's input, the one operation that reads nothing."""
        return not self.inputs

    @property
    def over_heads(self) -> bool:
        """Whether its vectors hold a number for each head of scores, and not for each feature."""
        return self.attributes.get("over") == "heads"
