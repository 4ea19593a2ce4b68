"""INSECURE parameter sets, small enough that a test takes seconds."""

from backends.parameters import BootstrapParameters, ParameterSet

#: Every real library can use it: one special prime, no bootstrap.
PORTABLE = ParameterSet(log_n=12, first_modulus_bits=50, scale_bits=40, depth=6, digits=7, security=0)

#: The same with the levels that a transformer wants between two round trips.
ROUND_TRIPS = ParameterSet(log_n=12, first_modulus_bits=50, scale_bits=40, depth=10, digits=11, security=0)

#: Four levels are left after a bootstrap.
BOOTSTRAPPING = ParameterSet(
    log_n=11,
    first_modulus_bits=55,
    scale_bits=50,
    depth=18,
    digits=3,
    secret="sparse_encapsulated",
    security=0,
    bootstrap=BootstrapParameters((2, 2), correction_factor=5, depth=14),
)

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
