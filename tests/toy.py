"""INSECURE parameter sets, small enough that a test takes seconds."""

from dataclasses import replace

from backends.conformance import optional
from backends.conformance.parties import PARAMETERS
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, BootstrapParameters, ParameterSet

#: Those of the conformance kit: every real library can use the first; the second has a bootstrap.
PORTABLE, BOOTSTRAPPING = PARAMETERS, optional.BOOTSTRAPPING

#: The same with the levels that a transformer wants between two round trips.
ROUND_TRIPS = ParameterSet(log_n=12, first_modulus_bits=50, scale_bits=40, depth=10, digits=11, security=0)

#: Seven levels between two bootstraps, as a transformer wants.
BOOTSTRAPS = ParameterSet(
    log_n=12,
    first_modulus_bits=55,
    scale_bits=50,
    depth=24,
    digits=3,
    secret="sparse_encapsulated",
    security=0,
    bootstrap=BootstrapParameters((3, 3), correction_factor=5, depth=16),
)

#: The same with the other kind of bootstrap, which enters and returns three levels higher.
SLOTS_FIRST_BOOTSTRAPS = replace(
    BOOTSTRAPS, bootstrap=BootstrapParameters((3, 3), None, depth=16, kind=SLOTS_TO_COEFFICIENTS_FIRST)
)
