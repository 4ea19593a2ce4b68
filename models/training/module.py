"""A graph as a torch module: the same operations as `models.reference`, with gradients.

Its parameters are the arrays of the graph, so that what was trained needs no export: `GraphModule.graph` is
the graph with the trained arrays in it. Polynomial graphs train as well, their polynomials held fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.graph import FIXED_ARRAYS, Array, Graph, Node
from models.operations import declared
from models.reference import Inputs, operands_of, outputs
from models.training.operations import forward

#: Attributes that are positions of tokens; they lie on the device, as arrays do.
_POSITIONS = {"order", "groups"}


@dataclass(frozen=True)
class Evaluation:
    """What a batch gives.

    Attributes:
        output: `[samples, positions, classes]`.
        activation_inputs: name of an activation or polynomial → its input.
        norm_inputs: name of a LayerNorm → its input.
        states: name of a value that is watched → what the model makes of it.
        forced: name of a value → what its readers were given in its place.
    """

    output: Tensor
    activation_inputs: dict[str, Tensor]
    norm_inputs: dict[str, Tensor]
    states: dict[str, Tensor]
    forced: Mapping[str, Tensor]


class GraphModule(nn.Module):  # type: ignore[misc]
    """Trains the arrays of a graph.

    Args:
        graph: any rung's graph.
        dropout: fraction of features left out, in training, of what each residual addition adds.
        stochastic_depth: fraction of samples, in training, to which a residual addition adds nothing (Huang
            et al., ECCV 2016).
        watched: names of values that an evaluation tells.
    """

    def __init__(
        self,
        graph: Graph,
        dropout: float = 0.0,
        stochastic_depth: float = 0.0,
        watched: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._graph, self._watched = graph, frozenset(watched)
        self._dropout, self._stochastic_depth = dropout, stochastic_depth
        # as numbers: what is on the host need not be fetched from a device, and steps can be compiled
        self._coefficients: dict[str, list[float]] = {
            node.name: node.arrays["coefficients"].tolist() for node in graph if "coefficients" in node.arrays
        }
        for node in graph:
            for name, array in node.arrays.items():
                tensor = torch.tensor(array, dtype=torch.float32)
                if name in FIXED_ARRAYS:
                    self.register_buffer(_key(node, name), tensor)
                else:
                    self.register_parameter(_key(node, name), nn.Parameter(tensor))
            for name in _POSITIONS & node.attributes.keys():
                positions = torch.tensor(node.attributes[name])
                self.register_buffer(_key(node, name), positions, persistent=False)

    def forward(self, inputs: Tensor, forced: Mapping[str, Tensor] | None = None) -> Evaluation:
        """Evaluate a batch.

        Args:
            inputs: `[samples, tokens, features]`, or `[samples, tokens]` numbers of one-hot tokens.
            forced: name of a value → what its readers are given in its place.
        """
        values: dict[str, Tensor] = {}
        states: dict[str, Tensor] = {}
        given = forced or {}
        met: dict[str | None, dict[str, Tensor]] = {"input": {}, "variance": {}}
        for node in self._graph:
            operands = operands_of(node, values, inputs)
            if (watched := met.get(declared(node.operation).calibrated)) is not None:
                watched[node.name] = operands[0]
            value = forward(self, node, operands)
            if node.name in self._watched:
                states[node.name] = value
            values[node.name] = given.get(node.name, value)
            if node.name == self._graph.output:
                output = value
        return Evaluation(output, met["input"], met["variance"], states, given)

    def graph(self) -> Graph:
        """The graph with the arrays as they are now."""
        return replace(
            self._graph,
            nodes=tuple(
                replace(node, arrays={name: self._stored(node, name) for name in node.arrays})
                for node in self._graph
            ),
        )

    def array(self, node: Node, name: str) -> Tensor:
        """The parameter or buffer of a node's array."""
        return getattr(self, _key(node, name))

    def coefficients(self, node: Node) -> list[float]:
        """Those of a polynomial."""
        return self._coefficients[node.name]

    def dropped(self, branch: Tensor) -> Tensor:
        """What a residual addition adds, part of it left out in training."""
        if self.training and self._stochastic_depth:
            kept = torch.rand(len(branch), *[1] * (branch.ndim - 1), device=branch.device)
            branch = branch * (kept >= self._stochastic_depth) / (1 - self._stochastic_depth)
        return functional.dropout(branch, self._dropout, self.training)

    def _stored(self, node: Node, name: str) -> Array:
        if name in ("mask", "coefficients"):
            return node.arrays[name]
        return np.asarray(self.array(node, name).detach().cpu().double().numpy())


def deviation(graph: Graph, inputs: Inputs) -> float:
    """The largest difference between torch's float64 and the reference's, relative to the largest output."""
    module = GraphModule(graph).double().eval()
    with torch.no_grad():
        for node in graph:
            for name, array in node.arrays.items():
                module.array(node, name).copy_(torch.from_numpy(array))
        found = module(torch.from_numpy(inputs)).output.numpy()
    wanted = outputs(graph, inputs)
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def _key(node: Node, array: str) -> str:
    return f"{node.name.replace('.', '_')}/{array}"
