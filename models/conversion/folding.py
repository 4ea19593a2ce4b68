"""Rewrites a graph into one of the same function that spends fewer levels.

Constant factors and per-feature maps disappear into linear maps, a linear map that reads a linear map becomes
one with it, and a linear map that follows a sum over tokens moves before it. What lies between scores and
their activation moves into the queries and one constant that is added; masks after it become the mix's own.
The mean that LayerNorm subtracts is subtracted by what writes the residual stream. A level is then spent only
where two encrypted values meet or features are really mixed.
"""

from __future__ import annotations

from models.conversion import centring, factors, linear_maps, score_maps
from models.conversion.rewriting import Rewriting
from models.graph import Graph

_RULES = (*factors.RULES, *score_maps.RULES, *linear_maps.RULES, *centring.RULES)


def fold(graph: Graph) -> Graph:
    """The folded graph. Factors lose their names, so an output that is one is named by its source.

    Args:
        graph: without BatchNorm (`freeze` it first).
    """
    folded = Rewriting.of(graph)
    while changed := next((better for rule in _RULES if (better := rule(folded)) is not None), None):
        folded = changed
    return folded.finished(graph)
