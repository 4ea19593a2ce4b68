"""Who holds the embedding of tokens: the evaluator, or the key owner, who then looks it up in the clear.

At the evaluator, tokens are encrypted as one-hot vectors, as many features as the vocabulary has entries. At
the key owner, the embedding is a table in the clear, its position, token type and normalisation included, and
what it gives is encrypted, `[tokens, features]`. That is one node of the graph, `encrypt`: what it depends on
the key owner computes, the rest the evaluator. Where a sample has padding, a last feature tells it: 1 for a
token, 0 for none.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from models.errors import ModelError
from models.graph import Graph, Node
from models.operations.operation import Form
from models.reference import Inputs, outputs
from models.shapes import values_declared

Holder = Literal["client", "server"]
#: The layer of an architecture's embedding; its nodes, and what reads tokens themselves, are the key owner's.
LAYER = "embedding"
#: The one node whose result is encrypted.
ENCRYPTED = "encrypted"


@dataclass(frozen=True)
class Parted:
    """The two parts of a graph.

    Attributes:
        client: what the key owner computes in the clear, to what it encrypts; None where it encrypts samples
            as they are.
        served: what the evaluator computes; its input is what the key owner encrypts.
    """

    client: Graph | None
    served: Graph

    def encrypted(self, inputs: Inputs) -> Inputs:
        """What the key owner encrypts of samples: `[samples, tokens, features]`, or samples as they are."""
        return inputs if self.client is None else outputs(self.client, inputs)

    def joined(self, served: Graph) -> Graph:
        """The whole graph again, with another served part of the same input."""
        if self.client is None:
            return served
        before = self.client.nodes
        return replace(served, nodes=(*before, *(node for node in served if not node.is_input)))


def parted(graph: Graph) -> Parted:
    """A graph at the node whose result is encrypted."""
    if graph_holder(graph) != "client":
        return Parted(None, graph)
    encrypt = next(node for node in graph if node.operation == "encrypt")
    needed = {encrypt.name}
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    before = tuple(node for node in graph if node.name in needed)
    tokens, features = values_declared(before)[encrypt.name].shape
    attributes = {"tokens": tokens, "features": features}
    received = replace(graph.input, name=encrypt.name, attributes=attributes, layer=encrypt.layer)
    after = tuple(node for node in graph if node.name not in needed)
    client = Graph(f"{graph.name}, at the key owner", before, encrypt.name)
    return Parted(client, replace(graph, nodes=(received, *after)))


def graph_holder(graph: Graph) -> Holder | None:
    """Who holds the embedding of a graph; None where its samples are no tokens."""
    if any(node.operation == "encrypt" for node in graph):
        return "client"
    return "server" if graph.input.attributes.get("one_hot") else None


def held_by(graph: Graph, holder: Holder) -> Graph:
    """The same function with its embedding at the evaluator, as architectures are built, or at the key owner.

    Raises:
        ModelError: it embeds no tokens, or is to be at the evaluator and is at the key owner.
    """
    if holder == "client":
        return graph if graph_holder(graph) == "client" else at_key_owner(graph)
    if graph_holder(graph) == "client":
        raise ModelError(f"graph {graph.name} has its embedding at the key owner; write embedding: client")
    return graph


def at_key_owner(graph: Graph) -> Graph:
    """The same function with its embedding at the key owner.

    Args:
        graph: of numbered tokens, its embedding in the layer `embedding`.

    Raises:
        ModelError: its samples are no tokens, or there is no such layer.
    """
    if graph_holder(graph) != "server" or not any(node.layer == LAYER for node in graph):
        raise ModelError(
            f"graph {graph.name} embeds no tokens, so the key owner has nothing to look up; "
            "leave out embedding: client"
        )
    values = values_declared(graph)
    sums = {name for name, value in values.items() if value.form is Form.REPLICATED}
    held = _held(graph, sums)
    crossing = [node for node in graph if node.name in held and _leaves(graph, node, held)]
    crossing.sort(key=lambda node: node.name in sums)  # what tells padding comes last
    wrong = [node.name for node in crossing if node.name == graph.output or node.is_input]
    if wrong:
        raise ModelError(
            f"graph {graph.name}: {', '.join(wrong)} is embedding and result at once, or read by more than "
            "that; write embedding: server"
        )
    widths = [1 if node.name in sums else values[node.name].shape[1] for node in crossing]
    before = tuple(_once(node) if node.name in sums else node for node in graph if node.name in held)
    boundary, instead = _boundary(crossing, widths, sums)
    after = (
        replace(node, inputs=tuple(instead.get(name, name) for name in node.inputs))
        for node in graph
        if node.name not in held
    )
    metadata = {**graph.metadata, "embedding": "client"}
    return replace(graph, nodes=(*before, *boundary, *after), metadata=metadata)


def _held(graph: Graph, sums: Set[str]) -> set[str]:
    """What the key owner computes: the input, the embedding, and sums over features that tell padding."""
    held = {graph.input.name}
    for node in graph:
        own = node.layer == LAYER or node.name in sums
        if own and node.inputs and held.issuperset(node.inputs):
            held.add(node.name)
    return held


def _leaves(graph: Graph, node: Node, held: set[str]) -> bool:
    return node.name == graph.output or any(reader.name not in held for reader in graph.consumers(node.name))


def _boundary(
    crossing: Sequence[Node], widths: Sequence[int], sums: Set[str]
) -> tuple[list[Node], dict[str, str]]:
    """The node `encrypt` and what takes each value out of its result again; what is read in whose place."""
    encrypt = Node(ENCRYPTED, "encrypt", tuple(node.name for node in crossing), layer=LAYER)
    if len(crossing) == 1 and crossing[0].name not in sums:
        return [encrypt], {crossing[0].name: ENCRYPTED}
    nodes, instead = [encrypt], {}
    for number, node in enumerate(crossing):
        where = {"start": sum(widths[:number]), "features": widths[number]}
        name = f"{node.name}.received"
        nodes.append(Node(name, "take_features", (ENCRYPTED,), where, layer=node.layer))
        if node.name in sums:  # at every feature, as its readers want it
            nodes.append(replace(node, name=f"{node.name}.everywhere", inputs=(name,)))
        instead[node.name] = nodes[-1].name
    return nodes, instead


def _once(node: Node) -> Node:
    """A sum over features at one feature, since the key owner encrypts it once."""
    return replace(node, attributes={**node.attributes, "features": 1})
