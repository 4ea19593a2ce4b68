"""BatchNorm at inference: an affine map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.graph import Graph, Node


def freeze(graph: Graph) -> Graph:
    """The same function at inference, every `batch_norm` written as the `affine` of its statistics."""
    return replace(
        graph, nodes=tuple(_affine(node) if node.operation == "batch_norm" else node for node in graph)
    )


def _affine(node: Node) -> Node:
    arrays, attributes = node.arrays, dict(node.attributes)
    scale = arrays["scale"] / np.sqrt(arrays["variance"] + attributes.pop("epsilon"))
    shift = arrays["shift"] - arrays["mean"] * scale
    return replace(node, operation="affine", attributes=attributes, arrays={"scale": scale, "shift": shift})
