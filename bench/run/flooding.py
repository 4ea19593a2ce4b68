"""How far the noise that floods a decryption reaches over the error of what is decrypted.

Decrypted values tell their error, and with it something of the secret key (Li and Micciancio 2021). Noise
hides it that is wider by many bits. A library's noise may have one width whatever the scale, so that it hides
much of one ciphertext's error and nothing of another's.
"""

from __future__ import annotations

from dataclasses import replace
from math import log2, sqrt

import numpy as np

from backends.parameters import ParameterSet
from backends.program import Program
from backends.registry import Descriptor, available
from bench.run.scoring import Decrypted
from bench.run.tuning.bits import simulated
from bench.run.workload import Workload
from bench.spec.cells import Cell
from models.graph import Array
from reports.sharing import Sharing

#: What is decrypted has noise of its own, as wide as what the library finds in imaginary parts.
DECODED = sqrt(2)
#: The least part of the whole variance that shows beside the flooding.
VISIBLE = 0.5


def against_error(
    sharing: Sharing,
    decrypted: Decrypted,
    workload: Workload,
    cell: Cell,
    descriptor: Descriptor,
    program: Program,
) -> Sharing:
    """The same with the error of outputs that are not flooded, where it is measured or predicted.

    After client-aided refreshes, what is decrypted errs by the flooding of these too; so there it is
    predicted.
    """
    parameters, stay = cell.parameter_set.parameters, workload.stay
    whole = _in_coefficients(decrypted.logits[0][stay] - workload.expected[stay], parameters) / DECODED
    left = whole**2 - 4.0**sharing.flooding_bits
    if left > VISIBLE * whole**2 and not program.counts["round_trips"]:
        return _with(sharing, sqrt(left), "measured")
    if descriptor.noise is None:
        return sharing
    alone = replace(parameters, parties=1)
    simulator = next(one for one in available().values() if one.simulates)
    found, expected = simulated(workload, program, alone, descriptor.name, simulator)
    return _with(sharing, _in_coefficients(found - expected, parameters) / DECODED, "predicted")


def _in_coefficients(errors: Array, parameters: ParameterSet) -> float:
    """The standard deviation, in coefficients, of an error whose real parts in slots are these."""
    in_slots = float(np.sqrt(np.mean(errors**2)))
    return in_slots * 2.0**parameters.scale_bits / sqrt(parameters.slots)


def _with(sharing: Sharing, error: float, source: str) -> Sharing:
    bits = log2(error)
    told = {
        "error_bits": bits,
        "error_from": source,
        "flooding_over_error_bits": sharing.flooding_bits - bits,
    }
    return Sharing.model_validate({**sharing.model_dump(), **told})
