"""From a trained torch model to a graph, without torch in the result."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import torch

from models.graph import Array, Graph, Node
from models.reference import logits
from models.vit import Attention, Mlp, TokenBatchNorm, Vit


def export(model: Vit, name: str) -> Graph:
    """The graph of a model in evaluation mode, its BatchNorm frozen; its weights are the model's own."""
    shape = model.shape
    attributes = {"tokens": shape.tokens, "features": shape.features}
    embedding = {"weight": _array(model.embedding.weight), "bias": _array(model.position)}
    nodes = [
        Node("input", "input", attributes=attributes, layer="input"),
        Node("embedding", "linear", ("input",), arrays=embedding, layer="embedding"),
    ]
    stream = "embedding"
    for index, (attention, mlp) in enumerate(zip(model.attention, model.mlp, strict=True)):
        nodes += _attention(attention, f"blocks.{index}.attention", stream)
        nodes += _mlp(mlp, f"blocks.{index}.mlp", nodes[-1].name)
        stream = nodes[-1].name
    nodes += [
        _norm(model.norm, "head.norm", stream, "head"),
        Node("head.sum", "sum_tokens", ("head.norm",), layer="head"),
        Node("head.mean", "scale", ("head.sum",), {"factor": 1 / shape.tokens}, layer="head"),
        _linear(model.head, "head", "head.mean", "head"),
    ]
    return Graph(name, tuple(nodes), "head")


def deviation(model: Vit, graph: Graph, inputs: Array) -> float:
    """The largest difference between the logits of a model, evaluated in float64, and of its graph."""
    with torch.no_grad():
        expected = copy.deepcopy(model).double()(torch.from_numpy(inputs)).logits.numpy()
    return float(np.abs(logits(graph, inputs) - expected).max())


def _attention(module: Attention, layer: str, stream: str) -> list[Node]:
    """The nodes of one attention branch, the last of them the new residual stream."""
    shape = module.shape
    nodes = [_norm(module.norm, f"{layer}.norm", stream, layer)]
    for part, linear in (("q", module.q), ("k", module.k), ("v", module.v)):
        name = f"{layer}.{part}"
        nodes.append(_linear(linear, name, f"{layer}.norm", layer))
        nodes.append(Node(f"{name}.heads", "split_heads", (name,), {"heads": shape.heads}, layer=layer))
    scores, scaled, weights = f"{layer}.scores", f"{layer}.scaled", f"{layer}.activation"
    nodes += [
        Node(scores, "scores", (f"{layer}.q.heads", f"{layer}.k.heads"), layer=layer),
        Node(scaled, "scale", (scores,), {"factor": 1 / math.sqrt(shape.head_dim)}, layer=layer),
        Node(weights, "gelu" if module.he_friendly else "softmax", (scaled,), layer=layer),
    ]
    if module.he_friendly:
        factor = 1 / math.sqrt(shape.tokens)
        nodes.append(Node(f"{layer}.length_scaled", "scale", (weights,), {"factor": factor}, layer=layer))
    return [
        *nodes,
        Node(f"{layer}.mix", "mix", (nodes[-1].name, f"{layer}.v.heads"), layer=layer),
        Node(f"{layer}.merged", "merge_heads", (f"{layer}.mix",), layer=layer),
        _linear(module.projection, f"{layer}.projection", f"{layer}.merged", layer),
        Node(f"{layer}.residual", "add", (stream, f"{layer}.projection"), layer=layer),
    ]


def _mlp(module: Mlp, layer: str, stream: str) -> list[Node]:
    """The nodes of one MLP branch, the last of them the new residual stream."""
    nodes = [
        _norm(module.norm, f"{layer}.norm", stream, layer),
        _linear(module.expand, f"{layer}.expand", f"{layer}.norm", layer),
    ]
    if module.he_friendly:
        nodes.append(_norm(module.inner_norm, f"{layer}.inner_norm", f"{layer}.expand", layer))
    return [
        *nodes,
        Node(f"{layer}.activation", "gelu", (nodes[-1].name,), layer=layer),
        _linear(module.projection, f"{layer}.projection", f"{layer}.activation", layer),
        Node(f"{layer}.residual", "add", (stream, f"{layer}.projection"), layer=layer),
    ]


def _norm(module: Any, name: str, source: str, layer: str) -> Node:
    """A frozen BatchNorm is an affine map; LayerNorm is an operation of its own."""
    if isinstance(module, TokenBatchNorm):
        arrays = {"scale": _array(module.norm.weight), "shift": _array(module.norm.bias)}
        return Node(name, "affine", (source,), arrays=arrays, layer=layer)
    arrays = {"scale": _array(module.weight), "shift": _array(module.bias)}
    return Node(name, "layer_norm", (source,), {"epsilon": module.eps}, arrays, layer)


def _linear(module: Any, name: str, source: str, layer: str) -> Node:
    arrays = {"weight": _array(module.weight), "bias": _array(module.bias)}
    return Node(name, "linear", (source,), arrays=arrays, layer=layer)


def _array(parameter: Any) -> Array:
    return np.asarray(parameter.detach().double().numpy())
