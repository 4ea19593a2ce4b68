"""A graph as a torch module: the same operations as `models.reference`, with gradients.

Its parameters are the arrays of the graph, so that what was trained needs no export: `GraphModule.graph` is
the graph with the trained arrays in it. Polynomial graphs train as well, their polynomials held fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.graph import FIXED_ARRAYS, Array, Graph, Node
from models.reference import ACTIVATIONS, Inputs, outputs

#: Weight of the newest batch in BatchNorm's running statistics.
_MOMENTUM = 0.1


@dataclass(frozen=True)
class Evaluation:
    """What a batch gives.

    Attributes:
        output: `[samples, positions, classes]`.
        activation_inputs: name of an activation or polynomial → its input.
        norm_inputs: name of a LayerNorm → its input.
    """

    output: Tensor
    activation_inputs: dict[str, Tensor]
    norm_inputs: dict[str, Tensor]


class GraphModule(nn.Module):  # type: ignore[misc]
    """Trains the arrays of a graph.

    Args:
        graph: any rung's graph.
        dropout: fraction of features left out, in training, of what each residual addition adds.
    """

    def __init__(self, graph: Graph, dropout: float = 0.0) -> None:
        super().__init__()
        self._graph = graph
        self._dropout = dropout
        for node in graph:
            for name, array in node.arrays.items():
                tensor = torch.tensor(array, dtype=torch.float32)
                if name in FIXED_ARRAYS:
                    self.register_buffer(_key(node, name), tensor)
                else:
                    self.register_parameter(_key(node, name), nn.Parameter(tensor))

    def forward(self, inputs: Tensor) -> Evaluation:
        """Evaluate `[samples, tokens, features]`, or `[samples, tokens]` numbers of one-hot tokens."""
        values: dict[str, Tensor] = {}
        activation_inputs: dict[str, Tensor] = {}
        norm_inputs: dict[str, Tensor] = {}
        for node in self._graph:
            if node.operation == "input":
                values[node.name] = inputs
                continue
            operands = [values[name] for name in node.inputs]
            if node.operation in ACTIVATIONS:
                activation_inputs[node.name] = operands[0]
            if node.operation == "layer_norm":
                norm_inputs[node.name] = operands[0]
            values[node.name] = _EVALUATE[node.operation](self, node, *operands)
        return Evaluation(values[self._graph.output], activation_inputs, norm_inputs)

    def graph(self) -> Graph:
        """The graph with the arrays as they stand now."""
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

    def dropped(self, branch: Tensor) -> Tensor:
        """What a residual addition adds, part of it left out in training."""
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


class _PowerSeries(torch.autograd.Function):  # type: ignore[misc]
    """A polynomial by Horner's rule, whose gradient keeps its input alone and no intermediate value."""

    @staticmethod
    def forward(context: Any, x: Tensor, coefficients: Tensor) -> Tensor:
        context.save_for_backward(x, coefficients)
        return _horner(x, coefficients)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        x, coefficients = context.saved_tensors
        powers = torch.arange(1, len(coefficients), dtype=coefficients.dtype, device=coefficients.device)
        return gradient * _horner(x, coefficients[1:] * powers), None


def _horner(x: Tensor, coefficients: Tensor) -> Tensor:
    total = torch.full_like(x, float(coefficients[-1]))
    for coefficient in coefficients[:-1].flip(0).tolist():
        total.mul_(x).add_(coefficient)
    return total


def _polynomial(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    coefficients = module.array(node, "coefficients")
    if node.attributes["basis"] == "power":
        return _PowerSeries.apply(x.to(coefficients.dtype), coefficients)
    low, high = node.attributes["interval"]
    return _clenshaw((2 * x - low - high) / (high - low), coefficients)


def _clenshaw(y: Tensor, coefficients: Tensor) -> Tensor:
    """A Chebyshev series by Clenshaw's recurrence."""
    last, before = torch.zeros_like(y), torch.zeros_like(y)
    for coefficient in coefficients[1:].flip(0):
        last, before = 2 * y * last - before + coefficient, last
    return y * last - before + coefficients[0]


def _linear(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    weight, bias = module.array(node, "weight"), module.array(node, "bias")
    if x.dtype == torch.int64:
        found = functional.embedding(x.clamp(min=0), weight.T)
        return found * (x >= 0).unsqueeze(-1).to(found.dtype) + bias
    if bias.ndim == 1:
        return functional.linear(x, weight, bias)
    return functional.linear(x, weight) + bias


def _affine(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    scale, shift = module.array(node, "scale"), module.array(node, "shift")
    if node.attributes.get("over") == "heads":
        scale, shift = scale[:, None, None], shift[:, None, None]
    return x * scale + shift


def _bias(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    bias = module.array(node, "bias")
    repeat = int(node.attributes.get("repeat", 1))
    return x + (bias if repeat == 1 else bias.repeat(1, repeat, 1))


def _batch_norm(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    mean, variance, scale, shift = (
        module.array(node, name) for name in ("mean", "variance", "scale", "shift")
    )
    epsilon = float(node.attributes["epsilon"])
    flat = x if node.attributes.get("over") == "heads" else x.flatten(0, 1)
    normal = functional.batch_norm(flat, mean, variance, scale, shift, module.training, _MOMENTUM, epsilon)
    return normal.view_as(x)


def _layer_norm(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    scale, shift = module.array(node, "scale"), module.array(node, "shift")
    return functional.layer_norm(x, scale.shape, scale, shift, float(node.attributes["epsilon"]))


def _split_heads(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    return x.unflatten(-1, (int(node.attributes["heads"]), -1)).transpose(1, 2)


def _in_blocks(x: Tensor, block: int) -> Tensor:
    return x.unflatten(2, (-1, block))


def _scores(module: GraphModule, node: Node, q: Tensor, k: Tensor) -> Tensor:
    block = int(node.attributes.get("block", q.shape[2]))
    return (_in_blocks(q, block) @ _in_blocks(k, block).transpose(-1, -2)).flatten(2, 3)


def _mix(module: GraphModule, node: Node, p: Tensor, v: Tensor) -> Tensor:
    if "mask" in node.arrays:
        p = p * module.array(node, "mask")
    block = p.shape[-1]
    return (_in_blocks(p, block) @ _in_blocks(v, block)).flatten(2, 3)


def _sum_features(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    if x.dtype == torch.int64:
        x = (x >= 0).unsqueeze(-1).to(torch.get_default_dtype())
    return x.sum(-1, keepdim=True).expand(*x.shape[:-1], int(node.attributes["features"]))


def _merge_tokens(module: GraphModule, node: Node, x: Tensor) -> Tensor:
    return x[:, torch.tensor(node.attributes["groups"], device=x.device)].flatten(2)


def _softmax(module: GraphModule, node: Node, x: Tensor, keep: Tensor | None = None) -> Tensor:
    if "mask" in node.arrays:
        x = x.masked_fill(module.array(node, "mask") == 0, -torch.inf)
    if keep is not None:
        tokens, block = x.shape[2:]
        absent = (keep[..., 0] == 0).view(len(x), 1, tokens // block, 1, block)
        x = x.masked_fill(absent.expand(-1, -1, -1, block, -1).reshape(len(x), 1, tokens, block), -torch.inf)
    return torch.nan_to_num(x.softmax(-1)) if keep is not None else x.softmax(-1)


_EVALUATE: dict[str, Callable[..., Tensor]] = {
    "linear": _linear,
    "affine": _affine,
    "bias": _bias,
    "mask": lambda module, node, x: x * module.array(node, "mask"),
    "split_heads": _split_heads,
    "merge_heads": lambda module, node, x: x.transpose(1, 2).flatten(2),
    "scores": _scores,
    "mix": _mix,
    "polynomial": _polynomial,
    "add": lambda module, node, a, b: a + module.dropped(b),
    "multiply": lambda module, node, a, b: a * b,
    "sum_tokens": lambda module, node, x: x.sum(1, keepdim=True),
    "sum_features": _sum_features,
    "gather_tokens": lambda module, node, x: x[:, torch.tensor(node.attributes["order"], device=x.device)],
    "merge_tokens": _merge_tokens,
    "scale": lambda module, node, x: x * node.attributes["factor"],
    "softmax": _softmax,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "gelu": lambda module, node, x: functional.gelu(x, approximate=node.attributes.get("form", "none")),
    "relu": lambda module, node, x: functional.relu(x),
    "tanh": lambda module, node, x: x.tanh(),
}
