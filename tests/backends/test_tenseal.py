"""TenSEAL's own behaviour, where the library is installed."""

from __future__ import annotations

import pytest

from backends.parameters import ParameterSet
from backends.seal.capabilities import ERROR_DEVIATION, SECRET
from backends.seal.chain import modulus_bits
from backends.seal.primes import moduli
from backends.tenseal.capabilities import capabilities
from backends.tenseal.context import TenSEALContext
from tests.backends.chains import CHAINS


@pytest.mark.parametrize("parameters", CHAINS, ids=lambda parameters: parameters.name)
def test_the_primes_are_those_foretold(parameters: ParameterSet) -> None:
    chain = TenSEALContext.create(parameters).chain
    assert (*chain.primes, *chain.special_primes) == moduli(parameters.log_n, modulus_bits(parameters))
    assert chain.security(SECRET, ERROR_DEVIATION) == capabilities(parameters).security
