"""One attention layer for systems that multiply vectors elementwise and by matrices, and the suite beside it.

Scores of all pairs are one vector, `pairs` times as long as the tokens' features: pair s of token t is token
t + s, modulo the tokens. Queries are repeated for each s, keys and values moved by s; the products of a head
are summed by a matrix that leaves the sum at each feature of the head, which is what weighs the values.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from models.arrays import Array
from models.layers import LayerShape, layer, layer_inputs
from models.reference import outputs

#: What `suites/layers.yaml` draws weights and inputs from, and of how many samples.
SEED, SAMPLES, DEGREE = 0, 2, 4

#: A suite of this layer at the set of all libraries with round trips, and of OpenFHE at fewer digits.
SUITE = """\
suite: attention_beside
title: one attention layer; RANDOM WEIGHTS, timing only, 128 bits
security: 128
samples: {samples}
threads: 1
cases:
  - name: attention
    layer: {{kind: attention, tokens: {tokens}, features: {features}, heads: {heads}, degree: {degree}}}
parameter_sets:
  - {{alias: shared14, log_n: 14, first_modulus_bits: 48, scale_bits: 40, depth: 8, digits: 9,
     refresh: round_trip, program: portable, backends: [openfhe, tenseal, pyfhel, seal_python]}}
  - {{alias: three_digits, log_n: 14, first_modulus_bits: 40, scale_bits: 30, depth: 8, digits: 3,
     refresh: round_trip, program: portable, backends: [openfhe]}}
limits: {{seconds: 3600, memory_bytes: 8000000000, precision_bits: 8}}
"""


@dataclass(frozen=True)
class Matrices:
    """A layer over vectors.

    Attributes:
        linear: by name, `q`, `k`, `v` and `projection`: a matrix over all tokens' features and its bias.
        repeated: queries at every pair.
        moved: keys or values at every pair.
        summed: products to scores, at each feature of a head.
        polynomial: coefficients of what makes weights of scores, by powers, the lowest first.
        inputs: `[samples, tokens·features]`.
        expected: the layer's outputs for them.
    """

    linear: dict[str, tuple[Array, Array]]
    repeated: Array
    moved: Array
    summed: Array
    polynomial: Array
    inputs: Array
    expected: Array


def matrices(tokens: int, features: int, heads: int) -> Matrices:
    """The attention layer that the cell of the same shape has."""
    shape = LayerShape("attention", tokens, features, heads, DEGREE)
    graph = layer(shape, SEED)
    arrays = {node.name.removeprefix("attention."): node.arrays for node in graph}
    inputs = layer_inputs(shape, SAMPLES, SEED)
    each, width = np.eye(tokens), features // heads
    turns = [_kron(np.roll(each, pair, axis=1), np.eye(features)) for pair in range(tokens)]
    return Matrices(
        linear={
            name: (_kron(each, arrays[name]["weight"]), np.tile(arrays[name]["bias"], tokens))
            for name in ("q", "k", "v", "projection")
        },
        repeated=np.tile(np.eye(tokens * features), (tokens, 1)),
        moved=np.concatenate(turns),
        summed=_kron(np.eye(tokens * tokens * heads), np.ones((width, width))),
        polynomial=np.asarray(
            Chebyshev(arrays["activation"]["coefficients"]).convert(kind=Polynomial).coef, np.float64
        ),
        inputs=inputs.reshape(SAMPLES, -1),
        expected=outputs(graph, inputs).reshape(SAMPLES, -1),
    )


def _kron(a: Array, b: Array) -> Array:
    """Their Kronecker product."""
    return np.asarray(np.kron(a, b), np.float64)


def suite(folder: Path, tokens: int, features: int, heads: int) -> Path:
    """The suite of the same layer, written to a folder."""
    path = folder / "attention.yaml"
    shape = {"tokens": tokens, "features": features, "heads": heads}
    path.write_text(SUITE.format(samples=SAMPLES, degree=DEGREE, **shape))
    return path
