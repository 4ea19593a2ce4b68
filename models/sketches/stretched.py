"""A graph in which a block stands many times, made of one in which it stands a few times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.errors import ModelError
from models.graph import Array, Graph, Node

#: Blocks of a prototype: the first and the last, which may differ, and between them two that must be alike.
PROTOTYPE = 4
_BLOCK = re.compile(r"blocks\.(\d+)\.")


@dataclass(frozen=True)
class Stretched:
    """A graph with copies of a block, whose arrays are the block's own.

    Attributes:
        graph: all of it.
        copies: node of a copy → the same node of the block that it is a copy of.
        blocks: the nodes of the block and of each of its copies, one after the other and in the same order.
    """

    graph: Graph
    copies: Mapping[str, str]
    blocks: Sequence[Sequence[str]]

    def shortened(self, first: int, count: int) -> Graph:
        """The graph without so many of `blocks`; what read the last of these reads the one before them.

        Arrays that training would choose are other ones in each block that is left, as they are in a model.

        Args:
            first: the first of `blocks` that falls away, not the very first.
            count: how many do.
        """
        dropped = {name for block in self.blocks[first : first + count] for name in block}
        before = dict(zip(self.blocks[first + count - 1], self.blocks[first - 1], strict=True))
        place = {name: index for index, block in enumerate(self.blocks) for name in block}
        nodes = (
            replace(
                node,
                inputs=tuple(before.get(name, name) for name in node.inputs),
                arrays={
                    name: _own(name, array, place.get(node.name, 0)) for name, array in node.arrays.items()
                },
            )
            for node in self.graph
            if node.name not in dropped
        )
        return replace(self.graph, nodes=tuple(nodes))


def stretched(prototype: Graph, blocks: int) -> Stretched:
    """The graph of so many blocks, of one with `PROTOTYPE` of them, whose second is copied.

    Args:
        prototype: its nodes `blocks.N.…` are those of the blocks.
        blocks: at least as many as the prototype has.

    Raises:
        ModelError: its inner blocks are not alike, or their nodes do not stand side by side.
    """
    found = [[node for node in prototype if _block(node.name) == index] for index in range(PROTOTYPE)]
    _, inner, other, last = found
    order = [index for node in prototype if (index := _block(node.name)) is not None]
    if order != sorted(order) or not inner or not _alike(inner, other):
        raise ModelError(
            f"the blocks of {prototype.name} are not alike, so that none stands for others; plan all of them"
        )
    middle = [[_moved(node, by) for node in inner] for by in range(blocks - 2)]
    more = blocks - PROTOTYPE
    nodes: list[Node] = []
    for node in prototype:
        if node is last[0]:
            nodes += (copy for block in middle for copy in block)
        if _block(node.name) not in (1, 2):
            nodes.append(_moved(node, more, above=1))
    graph = replace(prototype, nodes=tuple(nodes), output=_named(prototype.output, more, above=1))
    names = [[node.name for node in block] for block in middle]
    copies = {copy: own for block in names[1:] for copy, own in zip(block, names[0], strict=True)}
    return Stretched(graph, copies, names)


def _block(name: str) -> int | None:
    """The number of the block that a node is part of."""
    match = _BLOCK.match(name)
    return None if match is None else int(match[1])


def _named(name: str, by: int, above: int = -1) -> str:
    """The name of the same node so many blocks on, where it is of a block above one."""
    block = _block(name)
    return name if block is None or block <= above else _BLOCK.sub(f"blocks.{block + by}.", name, count=1)


def _moved(node: Node, by: int, above: int = -1) -> Node:
    """The same node so many blocks on, where it is of a block above one, and reading what is as far on."""
    return replace(
        node,
        name=_named(node.name, by, above),
        inputs=tuple(_named(name, by, above) for name in node.inputs),
        layer=_named(node.layer, by, above),
    )


def _alike(block: Sequence[Node], following: Sequence[Node]) -> bool:
    """Whether a block is the one before it in all but its arrays' values."""
    moved = (_moved(node, 1) for node in block)
    return list(map(_form, moved)) == list(map(_form, following))


def _form(node: Node) -> tuple[object, ...]:
    arrays = {name: array.shape for name, array in node.arrays.items()}
    attributes = {name: value for name, value in node.attributes.items() if name != "mean"}
    return node.name, node.operation, node.inputs, attributes, arrays


def _own(name: str, array: Array, block: int) -> Array:
    """An array like that of another block, of the same zeros and of other numbers.

    Masks, and what is one number throughout, are the same in all blocks; the coefficients of polynomials
    take no memory, and whether one is 1 decides about levels.
    """
    if block == 0 or name in ("mask", "coefficients") or np.ptp(array) == 0:
        return array
    return array * (1 + block / 1000)
