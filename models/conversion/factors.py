"""Folding rules that move constant factors towards linear maps."""

from __future__ import annotations

from dataclasses import replace

from models.conversion.rewriting import Rewriting
from models.graph import Array, Node
from models.operations import declared


def _before_operation(graph: Rewriting) -> Rewriting | None:
    """Move one `scale` from the result of an operation to one of its operands, then on to its source."""
    for node in graph:
        if node.operation != "scale":
            continue
        source = graph[node.inputs[0]]
        operand = _operand(graph, source)
        if operand is not None and graph.read_once(source.name):
            moved = replace(node, inputs=(source.inputs[operand],))
            inputs = tuple(node.name if i == operand else name for i, name in enumerate(source.inputs))
            scaled = replace(source, inputs=inputs, arrays=_scaled_arrays(source, node.attributes["factor"]))
            replacements = {source.name: (moved, scaled), node.name: ()}
            return graph.rewritten(replacements, {node.name: source.name})
    return None


def _operand(graph: Rewriting, source: Node) -> int | None:
    """The operand of an operation that may take a factor of its result."""
    if source.operation != "multiply" or source.inputs[0] == source.inputs[1]:
        return declared(source.operation).factor_moves_to
    takes = [graph[name].operation == "linear" and graph.read_once(name) for name in source.inputs]
    return takes.index(True) if any(takes) else None


def _scaled_arrays(node: Node, factor: float) -> dict[str, Array]:
    """The arrays of an operation whose operand was multiplied: what it adds must be, too."""
    offsets = declared(node.operation).offsets
    return {name: array * factor if name in offsets else array for name, array in node.arrays.items()}


def _to_other_operand(graph: Rewriting) -> Rewriting | None:
    """Move one `scale` from the first operand of `mix`, which a polynomial makes, to the second."""
    for node in graph:
        if node.operation == "mix":
            factor = graph[node.inputs[0]]
            if factor.operation == "scale" and graph.read_once(factor.name):
                moved = replace(factor, inputs=(node.inputs[1],))
                mixed = replace(node, inputs=(factor.inputs[0], factor.name))
                return graph.rewritten({factor.name: (), node.name: (moved, mixed)})
    return None


RULES = (_before_operation, _to_other_operand)
