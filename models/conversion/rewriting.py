"""A graph under rewriting: nodes exchanged for others, checked as a graph only when all is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from models.graph import Graph, Node
from models.operations.operation import Shape, Value
from models.shapes import values_declared


@dataclass(frozen=True)
class Rewriting:
    """The nodes of a graph, in topological order, and the name of its result."""

    nodes: tuple[Node, ...]
    output: str

    @classmethod
    def of(cls, graph: Graph) -> Rewriting:
        """The nodes of a graph that its result needs."""
        return _without_dead_ends(graph.nodes, graph.output)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _consumers(self) -> Mapping[str, list[Node]]:
        consumers: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                consumers[name].append(node)
        return consumers

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Every value's shape, without the axis of samples."""
        return {name: value.shape for name, value in self.values.items()}

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """Every value's form and shape."""
        return values_declared(self.nodes)

    def consumers(self, name: str) -> list[Node]:
        """The nodes that read a value."""
        return self._consumers[name]

    def read_once(self, name: str) -> bool:
        """Whether a value is read at a single place, and is not the result."""
        return name != self.output and sum(node.inputs.count(name) for node in self.consumers(name)) == 1

    def rewritten(
        self, replacements: Mapping[str, Sequence[Node]], renamed: Mapping[str, str] | None = None
    ) -> Rewriting:
        """Nodes exchanged for others in their place; the rest read renamed values under their new names.

        Nodes that the result does not need any more are gone, the input apart.
        """
        names = renamed or {}
        nodes: list[Node] = []
        for node in self.nodes:
            if node.name in replacements:
                nodes += replacements[node.name]
            elif names.keys() & set(node.inputs):
                nodes.append(replace(node, inputs=tuple(names.get(name, name) for name in node.inputs)))
            else:
                nodes.append(node)
        return _without_dead_ends(nodes, names.get(self.output, self.output))

    def finished(self, graph: Graph) -> Graph:
        """As a graph with the name and the metadata of another."""
        return replace(graph, nodes=self.nodes, output=self.output)


def _without_dead_ends(nodes: Sequence[Node], output: str) -> Rewriting:
    needed = {output}
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.inputs)
    kept = (node for node in nodes if node.name in needed or node.is_input)
    return Rewriting(tuple(kept), output)
