"""A family of models as a table: what its `config.json` says, and where its tensors are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.huggingface.config import Config, Entries
from models.huggingface.rules import Rule, Table


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands behind the body of a model, by the class that `transformers` has for it.

    Attributes:
        name: of the class.
        mark: a tensor that a folder with this head holds; by it the head is known where the folder does not
            name its class, or where the class stands for several. Without a mark any folder may have it.
        answers: what the model answers: a logit a label, a logit a symbol, or features.
        optional: whether a classifier without labels answers with the features of what it would classify.
        shape: what it says of the architecture.
        tensors: where the arrays of its nodes are stored.
    """

    name: str
    mark: str = ""
    answers: Literal["labels", "symbols", "features"]
    optional: bool = False
    shape: Mapping[str, object] = field(default_factory=dict)
    tensors: Table = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Models that differ in their sizes and heads alone.

    Attributes:
        model_type: the entry of `config.json` that names it.
        config: what its entries say.
        entries: field of the config → entry.
        fixed: entries that have one value in everything that the graph expresses.
        prefix: what the names of the body's tensors begin with in a model with a head.
        renamings: patterns of names that versions of `transformers` store otherwise, and what replaces them.
        left_out: pattern of tensors that change no answer, behind that prefix.
        tensors: where the arrays of the body's nodes are stored.
        heads: every class that can be imported; where a folder names none, the first whose mark it holds.
    """

    model_type: str
    config: type[Config]
    entries: Entries
    fixed: Mapping[str, object] = field(default_factory=dict)
    prefix: str
    renamings: tuple[tuple[str, str], ...] = ()
    left_out: str = ""
    tensors: Table
    heads: tuple[Head, ...]

    def places(self, head: Head) -> Mapping[str, tuple[str, Rule]]:
        """Name of a node → what may stand before the names of its tensors, and where they are stored."""
        body = {node: (self.prefix, rule) for node, rule in self.tensors.items()}
        return {**body, **{node: ("", rule) for node, rule in head.tensors.items()}}
