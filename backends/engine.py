"""Runs a polynomial graph on encrypted tensors, node by node, over any `Evaluator`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backends.errors import PlanError
from backends.interface import Evaluator
from backends.tensor import halves
from backends.tensor.arrangement import Arrangement
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.linear import BabySteps
from backends.tensor.operation import Context, EncryptedOperation, Replicated, Way
from backends.tensor.operations import OF_HALVES, PARTING, WAYS, encrypted
from backends.tensor.tensor import Tensor, as_features, drop_to
from backends.tensor.windows import spaced
from models.graph import Graph, Node


class Engine:
    """The graph's operations over one evaluator and one layout.

    Args:
        arrangement: where the graph's values lie.
        layout: that of the slots.
        evaluator: computes.
        ways: node → how it is computed, where that is not the first way of its operation.
    """

    def __init__(
        self,
        arrangement: Arrangement,
        layout: Layout,
        evaluator: Evaluator,
        ways: Mapping[str, Way],
    ) -> None:
        self.layout = layout
        self._arrangement, self._ways = arrangement, ways
        self._evaluator = evaluator
        self._contexts: dict[int, Context] = {}

    def run(self, node: Node, operands: Sequence[Tensor]) -> Tensor:
        """One node's result; every operand is as deep as `operand_depths` says.

        Raises:
            PlanError: the engine does not know the operation, or cannot compute it on these operands.
        """
        execute, placed = self._way(node).execute, self._placed(node, operands)
        context = self._context(operands[0].layout.narrowed)
        if self._lies_apart(node):
            of_one_half = replace(context, layout=replace(context.layout, halves=1))
            result = halves.apart(*(execute(of_one_half, node, half) for half in halves.split(placed)))
        else:
            result = execute(context, node, placed)
        narrowed = self._arrangement.narrowed(self.layout)[node.name]
        return replace(result, layout=replace(result.layout, narrowed=narrowed))

    def operand_depths(self, node: Node, operands: Sequence[Tensor]) -> tuple[int, ...]:
        """Levels between each operand and the result; the operands' own levels do not matter.

        Raises:
            PlanError: the engine does not know the operation.
        """
        return self._way(node).depths(node, self._placed(node, operands))

    def drop(self, tensor: Tensor, level: int) -> Tensor:
        """The same tensor at a lower level."""
        return drop_to(self._evaluator, tensor, level)

    def _context(self, narrowed: int) -> Context:
        """What operations compute with on values whose tokens are halved so often."""
        if narrowed not in self._contexts:
            layout = self.layout.narrow(narrowed)
            self._contexts[narrowed] = Context(
                self._evaluator, layout, BabySteps(layout), self._place, self._arrangement.keys_of
            )
        return self._contexts[narrowed]

    def _way(self, node: Node) -> EncryptedOperation:
        if node.name in self._ways:
            return WAYS[self._ways[node.name]][node.operation]
        if self.layout.halves == 1 or self._lies_apart(node):
            return encrypted(node)
        return (
            PARTING
            if node.name == self._arrangement.parting
            else OF_HALVES.get(node.operation, encrypted(node))
        )

    def _lies_apart(self, node: Node) -> bool:
        """Whether the halves of a batch lie apart in the operands and in the result."""
        apart = self._arrangement.apart.issuperset((node.name, *node.inputs))
        return self.layout.halves > 1 and apart and not node.is_input

    def _place(self, node: Node) -> ValueLayout:
        paired = self._ways.get(node.name) is Way.PAIRED
        return replace(self._arrangement.place(node.name, self.layout), paired=paired)

    def _placed(self, node: Node, operands: Sequence[Tensor]) -> list[Tensor]:
        """Replicated operands as feature values, where the operation tells features apart."""
        replicated = encrypted(node).replicated
        if replicated is Replicated.IN_ORDER:
            return [as_features(self.layout, x, tuple(range(len(x.layout.rows)))) for x in operands]
        if replicated is Replicated.AS_RESULT and self._arrangement.kinds[node.name] == "features":
            place = self._place(node)
            return [as_features(self.layout, x, place.rows, place.period) for x in operands]
        return list(operands)


def choose_layout(arrangement: Arrangement, graph: Graph, slots: int) -> Layout:
    """The layout with the most images in which what attention reads and residuals add fits one chunk.

    Where not even one image fits so, a ciphertext holds one image and values span chunks.

    Raises:
        PlanError: the tokens of one sample do not fit the slots.
    """
    padded_tokens = power_of_two(max(arrangement.tokens.values()))
    features = power_of_two(arrangement.wanted_rows())
    if features * padded_tokens <= slots:
        return spaced(Layout(features, slots // (features * padded_tokens), padded_tokens), graph)
    features = slots // padded_tokens
    if features == 0:
        raise PlanError(
            f"{graph.name} needs {padded_tokens} slots for the tokens of a sample and the parameter set has "
            f"{slots}; raise log_n"
        )
    return spaced(Layout(features, 1, padded_tokens), graph)
