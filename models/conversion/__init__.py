"""From a HE-friendly graph to a polynomial one: freeze, prepare, calibrate, substitute, fold, condition.

Nothing is trained and only training inputs are seen. Every step but substitution keeps the function. What
substitution returns can be trained further before it is finished.
"""

from __future__ import annotations

from models.conversion.calibration import Ranges, calibrate
from models.conversion.conditioning import condition
from models.conversion.folding import fold
from models.conversion.freezing import freeze
from models.conversion.guarding import guard
from models.conversion.places import by_place
from models.conversion.reporting import report
from models.conversion.rounding import Precision, round_weights
from models.conversion.settings import ConversionSettings
from models.conversion.softmax import without_softmax
from models.conversion.substitution import substitute
from models.embedding import parted
from models.graph import Graph
from models.reference import Inputs

__all__ = [
    "ConversionSettings",
    "Precision",
    "Ranges",
    "calibrate",
    "condition",
    "finish",
    "fold",
    "freeze",
    "guard",
    "prepared",
    "report",
    "round_weights",
    "substitute",
    "to_polynomial",
]

#: Inputs that say how large the values inside a polynomial graph are.
_SIZED = 256


def prepared(graph: Graph, inputs: Inputs, settings: ConversionSettings) -> Graph:
    """A frozen graph with softmax divided by polynomials and far-out values moved, where settings say so.

    Args:
        graph: frozen; what the key owner computes stays as it is.
        inputs: training inputs.
        settings: which parts are wanted.

    Raises:
        ModelError: there is softmax and the settings do not say how it becomes polynomial.
    """
    apart = parted(graph)
    served = apart.served
    if not settings.by_place and not any(node.operation == "softmax" for node in served):
        return graph
    seen = apart.encrypted(inputs)
    if settings.by_place:
        served = by_place(served, seen)
    return apart.joined(without_softmax(served, seen, settings))


def finish(substituted: Graph, inputs: Inputs, settings: ConversionSettings) -> Graph:
    """The polynomial graph as it is encrypted, its weights to be rounded: folded and conditioned.

    Args:
        substituted: a graph with polynomials in place, its weights final.
        inputs: training inputs, of which the first few are looked at.
        settings: how large values may be.

    Raises:
        DivergenceError: a value is not finite.
    """
    apart = parted(substituted)
    folded = fold(apart.served)
    return apart.joined(condition(folded, apart.encrypted(inputs[:_SIZED]), settings.value_size))


def to_polynomial(
    graph: Graph, inputs: Inputs, settings: ConversionSettings, precision: Precision = "float32"
) -> Graph:
    """The polynomial graph of a HE-friendly one in a call, where nothing is trained between the steps.

    Args:
        graph: a HE-friendly graph.
        inputs: training inputs.
        settings: degrees and margins.
        precision: the precision of the weights.

    Raises:
        ModelError: an operation has no polynomial form, or the settings do not say which.
    """
    frozen = prepared(freeze(graph), inputs, settings)
    substituted = guard(
        substitute(frozen, calibrate(frozen, inputs), settings), inputs, settings.guard, settings.guard_steps
    )
    return round_weights(finish(substituted, inputs, settings), precision)
