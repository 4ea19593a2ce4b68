"""The shapes of a graph's values, told from the graph alone."""

from __future__ import annotations

from collections.abc import Iterable

from models.graph import Node

Shape = tuple[int, ...]


def value_shapes(nodes: Iterable[Node]) -> dict[str, Shape]:
    """The shape of every node's value, `[tokens, features]` or `[heads, tokens, features or block]`."""
    found: dict[str, Shape] = {}
    for node in nodes:
        found[node.name] = _shape(node, [found[name] for name in node.inputs])
    return found


def _shape(node: Node, operands: list[Shape]) -> Shape:
    attributes = node.attributes
    match node.operation:
        case "input":
            return attributes["tokens"], attributes["features"]
        case "linear":
            return operands[0][0], len(node.arrays["weight"])
        case "split_heads":
            tokens, features = operands[0]
            heads = int(attributes["heads"])
            return heads, tokens, features // heads
        case "merge_heads":
            heads, tokens, features = operands[0]
            return tokens, heads * features
        case "scores":
            heads, tokens, _ = operands[0]
            return heads, tokens, int(attributes.get("block", tokens))
        case "mix":
            return operands[1]
        case "sum_tokens":
            return 1, operands[0][1]
        case "sum_features":
            return operands[0][0], int(attributes["features"])
        case "gather_tokens":
            return len(attributes["order"]), operands[0][1]
        case "merge_tokens":
            groups = attributes["groups"]
            return len(groups), len(groups[0]) * operands[0][1]
    return operands[0]
