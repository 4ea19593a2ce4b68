"""What seal-python offers, known without importing it."""

from __future__ import annotations

from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.seal import capabilities as seal


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What SEAL offers, whichever binding leads to it."""
    return seal.capabilities(parameters, "seal-python")
