"""Windows side by side whose tokens are no power of two, each padded to one by itself.

Shifts within a window are cyclic in its tokens, padded as packed scores want them (`packing`); so there must
be room for the padding behind each window. Windows of 7 by 7 tokens begin every 64 slots: 64 of them are
3,136 tokens, which take 4,096 slots either way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backends.tensor.layout import Layout, power_of_two
from models.graph import Graph
from models.operations.operation import Form
from models.shapes import values_declared


def spaced(layout: Layout, graph: Graph) -> Layout:
    """The layout with each window of a graph's attentions padded, where that takes no more slots.

    All attentions must have windows of as many tokens. Where a choice of tokens that all move alike would
    have them move otherwise, and so take a level, the layout stays as it is.
    """
    scores = [value.shape[-2:] for value in values_declared(graph).values() if value.form is Form.SCORES]
    blocks = {block for _, block in scores}
    if len(blocks) != 1 or all(tokens == block for tokens, block in scores):
        return layout
    (window,) = blocks
    pitch = power_of_two(window)
    padded = replace(layout, window=window, pitch=pitch)
    tokens = max(value.shape[-2] for value in values_declared(graph).values())
    roomy = (-(-tokens // window) - 1) * pitch + window <= layout.tokens
    return padded if pitch > window and roomy and _moves_alike(padded, graph) else layout


def _moves_alike(layout: Layout, graph: Graph) -> bool:
    """Whether tokens that are chosen at one distance are at one in the layout too."""
    orders = (np.array(node.attributes["order"]) for node in graph if "order" in node.attributes)
    alike = (order for order in orders if len(set(order - np.arange(len(order)))) == 1)
    return all(
        len(set(layout.token_places(order.max() + 1)[order] - layout.token_places(len(order)))) == 1
        for order in alike
    )
