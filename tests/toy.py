"""INSECURE parameter sets, small enough that a test takes seconds."""

from backends.parameters import ParameterSet

#: Every real library can use it: one special prime, no bootstrap.
PORTABLE = ParameterSet(log_n=12, first_modulus_bits=50, scale_bits=40, depth=6, digits=7, security=0)
