"""What TenSEAL's own types need of a parameter set, known without importing it."""

from __future__ import annotations

from math import ceil, log2, prod

import numpy as np

from backends.errors import Unsupported
from backends.parameters import ParameterSet
from backends.seal.chain import modulus_bits
from backends.seal.primes import moduli
from models.graph import Graph, Node

#: `seal_he_std_parms_128_tc` of github.com/microsoft/SEAL, `native/src/seal/util/hestdparms.h`: log2 N → the
#: most bits of the whole modulus, by the standard of 2018. `tenseal.context` makes no context beyond it.
MOST_BITS = {10: 27, 11: 54, 12: 109, 13: 218, 14: 438, 15: 881}


def check_native(parameters: ParameterSet, graph: Graph) -> None:
    """See that a parameter set is one of these types and has the levels of a layer, which nothing refreshes.

    Raises:
        Unsupported: it is not, or has not.
    """
    bits = prod(moduli(parameters.log_n, modulus_bits(parameters))).bit_length()
    if bits > MOST_BITS[parameters.log_n]:
        raise Unsupported(
            f"TenSEAL's own types cannot use a modulus of {bits} bits at log_n {parameters.log_n}: they take "
            f"no less than 128 bits of security by SEAL's table, so at most {MOST_BITS[parameters.log_n]}; "
            "lower depth or scale_bits, or raise log_n"
        )
    levels = sum(map(_levels, graph))
    if levels > parameters.depth:
        raise Unsupported(
            f"TenSEAL's own types need {levels} levels for {graph.name} and the parameter set has "
            f"{parameters.depth}; choose depth {levels} or more"
        )


def _levels(node: Node) -> int:
    """Levels of an operation: `mm` rescales once, `polyval` makes powers by squaring."""
    if node.operation == "polynomial":
        degree = int(np.max(np.flatnonzero(node.arrays["coefficients"]), initial=0))
        return ceil(log2(degree + 1))
    return int(node.operation == "linear")
