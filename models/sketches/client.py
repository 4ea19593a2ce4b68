"""A language model without what the key owner does in the clear: the embedding, and the head."""

from __future__ import annotations

from dataclasses import replace

from models.conversion.pooling import mean_of_all
from models.conversion.stages import Chain
from models.graph import Graph, Node

_NORMS = ("layer_norm", "batch_norm")


def embedded(graph: Graph) -> Graph:
    """The graph that reads the embedding of each token, position and the norm after it included.

    The context is taken to be full: nothing tells padding from tokens any more.

    Args:
        graph: with one-hot tokens as its input.
    """
    source = graph.input.name
    (embedding,) = (node for node in graph.consumers(source) if node.operation == "linear")
    padding = {node.name for node in graph.consumers(source) if node.operation == "sum_features"}
    readers = graph.consumers(embedding.name)
    normed = len(readers) == 1 and readers[0].operation in _NORMS
    done = readers[0] if normed else embedding
    #: Node that falls away → what its readers read in its place.
    instead = {embedding.name: source, done.name: source}
    nodes: list[Node] = []
    for node in graph:
        inputs = tuple(instead.get(name, name) for name in node.inputs if name not in padding)
        if node.is_input:
            tokens, features = node.attributes["tokens"], len(embedding.arrays["weight"])
            nodes.append(replace(node, attributes={"tokens": tokens, "features": features}))
        elif node.operation == "multiply" and len(inputs) < len(node.inputs):
            instead[node.name] = inputs[0]
        elif node.operation == "mean_tokens" and len(inputs) < len(node.inputs):
            nodes += mean_of_all(Chain(node), inputs[0], graph.input.attributes["tokens"])
        elif node.name not in instead and node.name not in padding:
            nodes.append(replace(node, inputs=inputs))
    return replace(graph, nodes=tuple(nodes), output=instead.get(graph.output, graph.output))


def headless(graph: Graph) -> Graph:
    """The graph without its last linear map, the head, which the key owner applies."""
    assert graph[graph.output].operation == "linear"
    return replace(graph, nodes=graph.nodes[:-1], output=graph.nodes[-2].name)
