"""What the SEAL adapters share, and what they answer without their libraries."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from pathlib import Path

import pytest

from backends.errors import ExecutionError, ParameterError, Unsupported
from backends.parameters import ParameterSet
from backends.registry import get
from backends.seal.calls import writing
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.keys import KeyFolder, galois_element
from tests.toy import PORTABLE

SEAL_BACKENDS = ("tenseal", "pyfhel", "seal_python")
#: Primes of the bits that PORTABLE asks for (their being prime is SEAL's affair).
MODULI = (2**50 - 27, *(2**40 - 87 - 2**17 * index for index in range(PORTABLE.depth)), 2**60 - 93)
CHAIN = ModulusChain.of(PORTABLE, MODULI)


def test_a_rescaled_product_has_the_next_levels_scale() -> None:
    assert CHAIN.scale(0) == 2.0**PORTABLE.scale_bits
    for level in range(1, CHAIN.depth + 1):
        rescaled = CHAIN.scale(level) ** 2 / MODULI[level]
        assert CHAIN.canonical(level - 1, rescaled) == CHAIN.scale(level - 1)


def test_scales_defined_from_the_bottom_up_do_not_drift() -> None:
    """Halving each step's deviation keeps every scale within the primes' own distance from the scale."""
    deep = replace(PORTABLE, depth=18, digits=19)
    primes = [2**40 - 87 - 2**30 * index for index in range(deep.depth)]
    chain = ModulusChain.of(deep, (MODULI[0], *primes, MODULI[-1]))
    deviation = max(abs(log2(scale) - deep.scale_bits) for scale in chain.scales)
    assert deviation <= deep.scale_bits - log2(min(primes))


def test_a_drop_lands_on_the_target_levels_scale() -> None:
    for level in range(1, CHAIN.depth + 1):
        for target in range(level):
            scale = CHAIN.scale(level) * CHAIN.drop_scale(level, target) / MODULI[target + 1]
            assert CHAIN.canonical(target, scale) == CHAIN.scale(target)


def test_another_scale_is_never_forced() -> None:
    with pytest.raises(ExecutionError, match="not the canonical"):
        CHAIN.canonical(3, CHAIN.scale(3) * (1 + 2.0**-30))


@pytest.mark.parametrize("level", [-1, PORTABLE.depth + 1])
def test_there_are_no_other_levels(level: int) -> None:
    with pytest.raises(ExecutionError, match="does not exist"):
        CHAIN.scale(level)


def test_security_facts_are_the_logarithms_of_the_primes() -> None:
    facts = CHAIN.security("uniform_ternary", 3.24)
    assert facts.log_q == pytest.approx(sum(log2(prime) for prime in MODULI[:-1]))
    assert facts.log_p == pytest.approx(log2(MODULI[-1]))
    assert facts.log_qp < sum(modulus_bits(PORTABLE))


def test_a_context_of_other_primes_is_refused() -> None:
    with pytest.raises(ParameterError, match="make the keys again"):
        ModulusChain.of(replace(PORTABLE, scale_bits=39), MODULI)


def test_galois_elements_move_by_powers_of_three() -> None:
    assert galois_element(1, 4096) == 3
    assert galois_element(5, 4096) == 243
    for step in (0, -1, 2048):
        with pytest.raises(ExecutionError, match="no rotation"):
            galois_element(step, 4096)


def test_key_folder_names_what_it_lacks(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    folder.add_rotation(17)
    assert [(step, path.parent) for step, path in folder.rotations()] == [(17, tmp_path)]
    with pytest.raises(ExecutionError, match="relinearisation_key"):
        folder.path("relinearisation_key")


def test_a_disk_that_is_full_is_named() -> None:
    with pytest.raises(ExecutionError, match="make room"), writing(Path("keys")):
        raise RuntimeError("I/O error")


@pytest.mark.parametrize("name", SEAL_BACKENDS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"log_n": 16}, "stops at 15"),
        ({"digits": 3}, "one special prime"),
        ({"secret": "sparse_encapsulated"}, "sparse_encapsulated"),
    ],
)
def test_what_seal_cannot_do_is_unsupported_with_the_reason(
    name: str, changes: dict[str, object], reason: str
) -> None:
    parameters = ParameterSet.from_json({**PORTABLE.to_json(), **changes})
    with pytest.raises(Unsupported, match=reason):
        get(name).capabilities(parameters)


@pytest.mark.parametrize("name", SEAL_BACKENDS)
def test_there_is_no_bootstrap_and_a_reason(name: str) -> None:
    offered = get(name).capabilities(PORTABLE)
    assert offered.bootstrap_output_level is None
    assert offered.no_bootstrap_reason is not None
    assert "round_trip" in offered.no_bootstrap_reason
