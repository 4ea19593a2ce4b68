"""SEAL's primes as they are foretold, beside those that the library chose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.errors import Unsupported
from backends.parameters import ParameterSet
from backends.registry import get
from backends.seal.chain import modulus_bits
from backends.seal.primes import available, moduli
from tests.toy import PORTABLE

#: What TenSEAL 0.3.18 (SEAL 4.3) and Pyfhel 3.5.0 (SEAL 4.1) chose.
CHOSEN = {
    (11, (60, 40, 40, 60)): (1152921504606748673, 1099511549953, 1099511590913, 1152921504606830593),
    (10, (50, 40, 60)): (1125899906826241, 1099511592961, 1152921504606830593),
}


@pytest.mark.parametrize(("asked", "chosen"), CHOSEN.items())
def test_primes_are_those_that_seal_chose(
    asked: tuple[int, tuple[int, ...]], chosen: tuple[int, ...]
) -> None:
    assert moduli(*asked) == chosen


def test_there_are_no_more_primes_than_there_are() -> None:
    """Three primes of 20 bits are 1 modulo 2^15: of 15 candidates the others have small factors."""
    assert available(15, 20, 300) == 1
    assert available(11, 20, 300) == 19
    assert available(11, 20, 7) == 7


@pytest.mark.parametrize("name", ["tenseal", "pyfhel", "seal_python"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"first_modulus_bits": 21, "scale_bits": 20},
            r"first modulus of 21 bits at a scale of 20: .* choose first_modulus_bits 22 or more",
        ),
        ({"first_modulus_bits": 60, "scale_bits": 59}, "choose scale_bits 58 or less"),
        (
            {"log_n": 15, "first_modulus_bits": 40, "scale_bits": 20},
            "6 primes of 20 bits at log_n 15: .* there are 1; choose scale_bits 23 or more",
        ),
        (
            {"log_n": 15, "depth": 1, "digits": 2, "first_modulus_bits": 22, "scale_bits": 20},
            None,
        ),
        ({"depth": 200, "digits": 201}, None),
    ],
)
def test_a_modulus_that_seal_cannot_have_is_unsupported_with_what_would_be_right(
    name: str, changes: dict[str, int], sentence: str | None
) -> None:
    parameters = replace(PORTABLE, **changes)
    if sentence is None:
        assert get(name).capabilities(parameters).security is not None
        return
    with pytest.raises(Unsupported, match=sentence):
        get(name).capabilities(parameters)


def test_the_bits_of_a_modulus_are_known_before_there_are_keys() -> None:
    """A set of 430 bits as asked for, whose primes are a little smaller than their powers of two."""
    at_the_bound = ParameterSet(14, first_modulus_bits=46, scale_bits=36, depth=9, digits=10)
    assert sum(modulus_bits(at_the_bound)) == 430
    facts = get("tenseal").capabilities(at_the_bound).security
    assert facts is not None
    assert 429.9 < facts.log_qp < 430
