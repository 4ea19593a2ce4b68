"""What decides FHElium's noise, known without the library.

FHElium rounds coefficients by chance where it encodes, up or down, which adds less to an encryption than
can be seen; it rescales to the nearest.
"""

from __future__ import annotations

from pathlib import Path

from backends.fhelium.circuit import Circuit
from backends.noise.traits import Reduction, Traits, measured_factors, of_ring
from backends.parameters import ParameterSet

#: What formulas cannot tell, as `bench noise` writes it.
FIGURES = Path(__file__).with_name("noise.json")


def reduction(parameters: ParameterSet) -> Reduction:
    """How a bootstrap errs.

    FHElium reduces by the modulus itself: its first transform multiplies by the scale over the modulus
    (`FullSlotBootstrap` in `fhelium/experimental/bootstrap/full_slot.py`).
    """
    return Reduction(
        correction=Circuit.of(parameters).correction,
        mismatch=0.0,
        factor=of_ring(measured_factors(FIGURES), parameters.log_n),
    )


TRAITS = Traits(subtracts_zero=True, floors=True, divides_at_once=True, reduction=reduction, figures=FIGURES)
