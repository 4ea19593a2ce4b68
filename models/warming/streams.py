"""The hidden states that a model and its HE-friendly form have in common."""

from __future__ import annotations

from models.graph import Graph, Node

_NORMS = ("layer_norm", "batch_norm")


def hidden_states(original: Graph, friendly: Graph) -> tuple[str, ...]:
    """Names of values that have one meaning in both graphs: the residual stream behind each branch.

    Where nothing but a norm reads an addition, as in post-norm models and at the end of others, the state is
    what that norm makes.
    """
    known = {node.name for node in original}
    found = (_state(friendly, node) for node in friendly if node.operation == "add")
    return tuple(name for name in found if name in known)


def _state(graph: Graph, addition: Node) -> str:
    readers = graph.consumers(addition.name)
    alone = len(readers) == 1 and readers[0].operation in _NORMS
    return readers[0].name if alone else addition.name
