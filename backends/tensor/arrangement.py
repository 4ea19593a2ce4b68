"""Which rows every feature value of a graph lies at, so that values meet without being moved.

Values that are combined elementwise lie alike; they form a class. Only linear maps put their results where
they like. A class that attention reads has its heads interleaved; one that holds merged tokens lies as the
merging leaves them. Any other that is narrower than a ciphertext is repeated down to its last row, so that
linear maps have no more diagonals than the narrower of their two sides has rows. A value whose features are
all equal (`sum_features` and what is made of it alone) meets every class as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from backends.errors import PlanError
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.operation import Placement
from backends.tensor.operations import encrypted
from backends.tensor.rows import head_rows, merged_rows, narrowed_rows
from models.graph import Graph, Node
from models.operations.operation import Form
from models.shapes import values_declared

#: The kind of a value, as in `ValueLayout`: the features of heads lie side by side.
_KINDS = {form: form.value for form in Form} | {Form.HEADS: "features"}


class Arrangement:
    """The kinds, shapes and classes of a graph's values.

    Attributes:
        kinds: node → kind of its value, as in `ValueLayout`.
        tokens: node → tokens of its value.
        widths: node → features of its value, those of all heads; of scores, 0.
        parting: the last linear map before the output, if there is nothing but one value after it.
        apart: the nodes of which the halves of a batch lie apart (`backends.tensor.halves`): those of scores,
            and those after the last linear map, which parts halves at no level.
        keys: linear map to queries → that to keys, where one map could make both: they read the same value,
            lie alike, and meet in scores alone.
    """

    def __init__(self, graph: Graph) -> None:
        values = values_declared(graph)
        self.kinds = {name: _KINDS[value.form] for name, value in values.items()}
        self.tokens = {name: value.shape[-2] for name, value in values.items()}
        self.widths = {
            name: 0 if value.form is Form.SCORES else prod(value.shape) // value.shape[-2]
            for name, value in values.items()
        }
        self._graph = graph
        self._placements = {node.name: encrypted(node).placement for node in graph}
        self._classes = self._joined()
        self._narrowings: dict[Layout, Mapping[str, int]] = {}
        self._heads: dict[str, int] = {}
        self._merges: dict[str, Node] = {}
        self._single = self._standing_once()
        tail = self._tail()
        self.parting = tail[-1] if tail else None
        self.apart = frozenset([*tail, *filter(self._is_scores, self.kinds)])
        self.keys = dict(filter(None, map(self._queries_and_keys, graph)))
        for node in graph:
            if values[node.name].form is Form.HEADS:
                self._demand_heads(node, values[node.name].shape[0])
            if self._placements[node.name] is Placement.MERGED:
                self._merges.setdefault(self._class(node.name), node)

    def rows(self, name: str, layout: Layout) -> tuple[int, ...]:
        """The rows of a value's features.

        Raises:
            PlanError: its class would have to lie in two ways at once.
        """
        of, seen = self._class(name), layout.narrow(self.narrowed(layout)[name])
        merge, heads = self._merges.get(of), self._heads.get(of)
        if merge is not None and heads is not None:
            raise PlanError(f"node {merge.name} is read by attention; put a linear map between")
        if merge is not None:
            parts, rows = len(merge.attributes["groups"][0]), self.rows(merge.inputs[0], layout)
            before = layout.narrow(self.narrowed(layout)[merge.inputs[0]])
            return narrowed_rows(rows, parts) if before != seen else merged_rows(before, rows, parts)
        if heads is None:
            return tuple(range(self.widths[name]))
        return head_rows(heads, self.widths[name], seen.features)

    def wanted_rows(self) -> int:
        """Rows with which everything that attention reads or a residual adds fits one chunk.

        A graph that has neither wants the widest value that is not a one-hot input. Hidden features of an MLP
        and one-hot symbols may span chunks: a linear map reads them once, and narrow ciphertexts that hold
        more images cost less an image.
        """
        features = [node for node in self._graph if self.kinds[node.name] == "features"]
        one_chunk = [node.name for node in features if encrypted(node).one_chunk]
        rest = [node.name for node in features if not node.attributes.get("one_hot")]
        extents = []
        for name in one_chunk or rest or [self._graph.input.name]:
            heads = self._heads.get(self._class(name))
            width = self.widths[name]
            extents.append(width if heads is None else 1 + max(head_rows(heads, width, 2 * heads * width)))
        return max(extents)

    def place(self, name: str, layout: Layout) -> ValueLayout:
        """How a feature value lies.

        Raises:
            PlanError: its class would have to lie in two ways at once.
        """
        rows = self.rows(name, layout)
        period, narrowed = power_of_two(1 + max(rows)), self.narrowed(layout)[name]
        repeats = period < layout.narrow(narrowed).features and self._class(name) not in self._single
        return ValueLayout(
            "features", rows, self.tokens[name], period=period if repeats else 0, narrowed=narrowed
        )

    def narrowed(self, layout: Layout) -> Mapping[str, int]:
        """Node → how often its tokens are halved and rows doubled (`Layout.narrow`).

        With one image in a ciphertext, merged tokens leave places to features: where what merges would span
        more ciphertexts than before, each part takes the places of a part of all tokens.
        """
        layout = layout.narrow(0)
        if layout not in self._narrowings:
            self._narrowings[layout] = self._narrowed(layout)
        return self._narrowings[layout]

    def _narrowed(self, layout: Layout) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for node in self._graph:
            before = {found[name] for name in node.inputs} or {0}
            if len(before) > 1:
                return dict.fromkeys(self.kinds, 0)
            (times,) = before
            merges = self._placements[node.name] is Placement.MERGED and layout.images == 1
            found[node.name] = times + (self._halvings(node, layout.narrow(times)) if merges else 0)
        return found

    def _halvings(self, merge: Node, layout: Layout) -> int:
        """How often tokens are halved where they merge, because parts find no room below each other."""
        groups, width = merge.attributes["groups"], self.widths[merge.inputs[0]]
        times = len(groups[0]).bit_length() - 1
        fits = 1 << times == len(groups[0]) and layout.reach(len(groups)) <= layout.tokens >> times
        return times if fits and power_of_two(width) << times > layout.features else 0

    def input(self, layout: Layout) -> ValueLayout:
        """How the key owner packs samples."""
        return self.place(self._graph.input.name, layout)

    def _standing_once(self) -> frozenset[str]:
        """The classes that attention reads, and those that merging reads or makes: it moves rows."""
        moving = (node for node in self._graph if encrypted(node).moves_rows)
        return frozenset(self._class(name) for node in moving for name in (*node.inputs, node.name))

    def _tail(self) -> list[str]:
        """The output and what comes before it, up to the last linear map; nothing where others read any."""
        found = [self._graph.output]
        while not encrypted(node := self._graph[found[-1]]).maps_features:
            alone = len(node.inputs) == 1 and len(self._graph.consumers(node.inputs[0])) == 1
            if not alone or self._is_scores(node.name):
                return []
            found.append(node.inputs[0])
        return found

    def _is_scores(self, name: str) -> bool:
        return self.kinds[name] == Form.SCORES.value

    def keys_of(self, node: Node) -> Node:
        """See `keys`."""
        return self._graph[self.keys[node.name]]

    def _queries_and_keys(self, node: Node) -> tuple[str, str] | None:
        """The linear maps to what a node of scores reads, if one map could make both."""
        if not self._is_scores(node.name) or any(map(self._is_scores, node.inputs)):
            return None
        heads = [self._graph[name] for name in node.inputs]
        splits = (one for one in heads if encrypted(one).placement is Placement.HEADS)
        maps = [self._graph[one.inputs[0]] for one in splits]
        fine = (
            len({one.name for one in maps}) == 2
            and all(encrypted(one).maps_features for one in maps)
            and all(len(self._graph.consumers(one.name)) == 1 for one in (*heads, *maps))
            and len({(one.inputs, one.layer, self.widths[one.name]) for one in maps}) == 1
            and self.kinds[maps[0].inputs[0]] == "features"
        )
        return (maps[0].name, maps[1].name) if fine else None

    def _class(self, name: str) -> str:
        while self._classes[name] != name:
            name = self._classes[name]
        return name

    def _joined(self) -> dict[str, str]:
        """Node → another of its class, or itself."""
        self._classes = {node.name: node.name for node in self._graph}
        for node in self._graph:
            if self.kinds[node.name] == "features":
                for operand in self._alike(node):
                    if self.kinds[operand] == "features":
                        self._classes[self._class(node.name)] = self._class(operand)
        return self._classes

    def _alike(self, node: Node) -> tuple[str, ...]:
        """The operands at whose rows a result lies."""
        match self._placements[node.name]:
            case Placement.OPERANDS | Placement.HEADS:
                return node.inputs
            case Placement.SECOND:
                return node.inputs[1:]
        return ()

    def _demand_heads(self, node: Node, heads: int) -> None:
        if self._heads.setdefault(self._class(node.name), heads) != heads:
            raise PlanError(
                f"node {node.name} splits a value into {heads} heads that is split otherwise elsewhere; "
                "put a linear map between"
            )
