"""From a HE-friendly graph to a polynomial one: freeze, calibrate, substitute, fold, condition, round.

Nothing is trained and only training inputs are seen. Every step but substitution keeps the function. What
substitution returns can be trained further before it is folded.
"""

from __future__ import annotations

from models.conversion.calibration import Ranges, calibrate
from models.conversion.conditioning import condition
from models.conversion.folding import fold
from models.conversion.freezing import freeze
from models.conversion.reporting import report
from models.conversion.rounding import Precision, round_weights
from models.conversion.settings import ConversionSettings
from models.conversion.substitution import substitute
from models.graph import Graph
from models.reference import Inputs

__all__ = [
    "ConversionSettings",
    "Precision",
    "Ranges",
    "calibrate",
    "condition",
    "fold",
    "freeze",
    "report",
    "round_weights",
    "substitute",
    "to_polynomial",
]


def to_polynomial(
    graph: Graph, inputs: Inputs, settings: ConversionSettings, precision: Precision = "float32"
) -> Graph:
    """The polynomial graph, folded and conditioned, its weights rounded.

    Args:
        graph: a HE-friendly graph.
        inputs: training inputs.
        settings: degrees and margins.
        precision: of the weights.

    Raises:
        ModelError: an operation has no polynomial form, or the settings do not say which.
    """
    frozen = freeze(graph)
    substituted = substitute(frozen, calibrate(frozen, inputs), settings)
    return round_weights(condition(fold(substituted), inputs, settings.value_size), precision)
