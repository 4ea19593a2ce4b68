"""What seal-python offers, known without importing it."""

from __future__ import annotations

from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.seal import capabilities as seal


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What seal-python offers at `parameters`.

    Raises:
        Unsupported: SEAL cannot use these parameters.
    """
    return seal.capabilities(parameters, "seal-python", complex_slots=True)
