"""Graphs as training finds them, and rungs of random weights for timing alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.architectures import registry
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.data import preparation
from models.embedding import held_by
from models.graph import Array, Graph, Node
from models.pipeline.work import Conversion, Trained
from models.reference import Course, Inputs, evaluate

#: What the residual additions of a random rung add, relative to what an untrained one's do. With ten times as
#: much, one CIFAR-10 image of twelve grew at the paper's shape until it had no number for an answer.
_ADDED = 0.01


def untrained(conversion: Conversion, options: Options, seed: int) -> Graph:
    """The graph of the recipe's architecture with the weights to begin with."""
    recipe, data = conversion.recipe, conversion.data
    tokens, features = preparation.tokens(data.preparation)
    graph = registry.build(
        recipe.shape,
        options,
        DataShape(tokens=tokens, features=features, classes=data.classes),
        data.preparation.model_dump(mode="json"),
        np.random.default_rng(seed),
        recipe.name,
    )
    return held_by(graph, recipe.embedding)


def random_rung(conversion: Conversion, options: Options) -> Trained:
    """A rung of random weights: its sizes are right and its answers mean nothing.

    Untrained, a deep HE-friendly graph triples relative errors in every block, since its attention multiplies
    three values that no norm keeps in bounds: its values, or those with polynomials, grow beyond all numbers.
    So residual additions add little, and BatchNorm has the statistics of calibration samples.
    """
    graph = untrained(conversion, options, conversion.recipe.training.seeds[0])
    settled = _settled(_calmed(graph), conversion.data.calibration)
    marked = replace(settled, metadata={**graph.metadata, "weights": "random"})
    return Trained(marked, {"weights": "random"})


def _calmed(graph: Graph) -> Graph:
    """The graph whose residual additions add less."""
    added = {node.inputs[1] for node in graph if node.operation == "add"}
    return replace(
        graph,
        nodes=tuple(
            replace(node, arrays={name: array * _ADDED for name, array in node.arrays.items()})
            if node.name in added and node.operation == "linear"
            else node
            for node in graph
        ),
    )


def _settled(graph: Graph, inputs: Inputs) -> Graph:
    """The graph with the statistics that each BatchNorm meets once those before it have theirs."""
    course, nodes = Course(graph, inputs), []
    for node in graph:
        operands = course.operands(node)
        settled = _with_statistics(node, operands[0]) if node.operation == "batch_norm" else node
        nodes.append(settled)
        course.keep(node, evaluate(settled, operands))
    return replace(graph, nodes=tuple(nodes))


def _with_statistics(node: Node, x: Array) -> Node:
    """A BatchNorm, over features or over heads, with the mean and variance of its input."""
    axes = (0, 2, 3) if node.over_heads else tuple(range(x.ndim - 1))
    return replace(node, arrays={**node.arrays, "mean": x.mean(axis=axes), "variance": x.var(axis=axes)})
