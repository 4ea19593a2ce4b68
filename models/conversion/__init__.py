"""From a HE-friendly graph to a polynomial one: freeze, calibrate, substitute, fold, condition, round.

Nothing is trained and only training inputs are seen. Every step but substitution keeps the function. What
substitution returns can be trained further before it is finished.
"""

from __future__ import annotations

from models.conversion.calibration import Ranges, calibrate
from models.conversion.conditioning import condition
from models.conversion.folding import fold
from models.conversion.freezing import freeze
from models.conversion.guarding import guard
from models.conversion.reporting import report
from models.conversion.rounding import Precision, round_weights
from models.conversion.settings import ConversionSettings
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
    "report",
    "round_weights",
    "substitute",
    "to_polynomial",
]

#: Inputs that say how large the values inside a polynomial graph are.
_SIZED = 256


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
    frozen = freeze(graph)
    substituted = guard(substitute(frozen, calibrate(frozen, inputs), settings), inputs, settings.guard)
    return round_weights(finish(substituted, inputs, settings), precision)
