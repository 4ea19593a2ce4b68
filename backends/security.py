"""One judge of security for every backend: from log QP as it really is and the secret in use.

A library's acceptance is no proof: SEAL's table is that of 2018, and OpenFHE judges a sparse secret by the row
of a dense one.

Dense secrets are judged by the guidelines of 2024, `GUIDELINES` below: classical adversary, uniform ternary
secret, error of standard deviation 3.19. Each figure was read in two places: the paper's companion code
(github.com/gong-cr/FHE-Security-Guidelines, `RNS-CKKS-examples/lattigo/parameters/tables.go`), and
github.com/HomomorphicEncryption/SparseLWEkit, `Security/README.md`, or, for N = 2^17, OpenFHE's
`stdlatticeparms.cpp`.

Sparse secrets have no figures there. OpenFHE's `SPARSE_ENCAPSULATED` has two: a main secret of Hamming weight
192 (`PKEBase::KeyGenInternal`), and an ephemeral one of weight 32 that only the switching key of a bootstrap's
modulus raising is encrypted under, modulo q0·p (`FHECKKSRNS::KeySwitchGenSparse`). Each is judged apart, by
`ENCAPSULATION` below, whose authors chose the same two weights; the moduli are those of its parameter sets as
github.com/tuneinsight/lattigo publishes them (`circuits/ckks/bootstrapping`: `N16QP1553H192H32` and
`EphemeralSecretWeight`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from backends.errors import ParameterError
from backends.interface import SecurityFacts
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

GUIDELINES = (
    "Bossuat et al., Security Guidelines for Implementing Homomorphic Encryption, IACR CiC 1(4) 2024 "
    "(ePrint 2024/463), table 5.2, classical, uniform ternary secret"
)
ENCAPSULATION = (
    "Bossuat, Troncoso-Pastoriza, Hubaux, Bootstrapping for Approximate Homomorphic Encryption with Negligible "
    "Failure-Probability by Using Sparse-Secret Encapsulation, ACNS 2022 (ePrint 2022/024), main secret of Hamming "
    "weight 192; ephemeral secret of weight 32, judged apart, used modulo q0·p alone"
)

#: secret → log2 N → security class in bits → largest log QP, in bits.
LARGEST_LOG_QP: Mapping[str, Mapping[int, Mapping[int, int]]] = {
    "uniform_ternary": {
        10: {128: 26},
        11: {128: 53, 192: 36, 256: 27},
        12: {128: 106, 192: 73, 256: 56},
        13: {128: 214, 192: 147, 256: 114},
        14: {128: 430, 192: 297, 256: 230},
        15: {128: 868, 192: 597, 256: 462},
        16: {128: 1747, 192: 1199, 256: 929},
        17: {128: 3523, 192: 2411, 256: 1866},
    },
    "sparse_encapsulated": {16: {128: 1553}},
}
SOURCES: Mapping[str, str] = {"uniform_ternary": GUIDELINES, "sparse_encapsulated": ENCAPSULATION}

#: Largest q0·p, in bits, that 128 bits allow under the ephemeral secret at N = 2^16.
LARGEST_EPHEMERAL_LOG_QP = 121
#: The first modulus and a special prime have 60 bits at most (see `ParameterSet`).
EPHEMERAL_LOG_QP = 60 + SPECIAL_PRIME_BITS
