"""What TenSEAL offers, known without importing it."""

from __future__ import annotations

from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.seal import capabilities as seal


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What TenSEAL offers at `parameters`.

    Raises:
        Unsupported: SEAL cannot use these parameters.
    """
    return seal.capabilities(parameters, "TenSEAL", complex_slots=True)
