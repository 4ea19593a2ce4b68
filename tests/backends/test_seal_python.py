"""seal-python's own behaviour, where the library is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backends.errors import ExecutionError, ParameterError
from backends.interface import KeyFile
from backends.parameters import ParameterSet
from backends.seal.capabilities import ERROR_DEVIATION, SECRET
from backends.seal.chain import modulus_bits
from backends.seal.primes import moduli
from backends.seal_python.adapter import SEALPythonEvaluator, SEALPythonKeyOwner
from backends.seal_python.capabilities import capabilities
from backends.seal_python.context import SEALPythonContext
from tests.backends.chains import CHAINS
from tests.toy import PORTABLE


@pytest.mark.parametrize("parameters", CHAINS, ids=lambda parameters: parameters.name)
def test_the_primes_are_those_foretold(parameters: ParameterSet) -> None:
    chain = SEALPythonContext.create(parameters).chain
    assert (*chain.primes, *chain.special_primes) == moduli(parameters.log_n, modulus_bits(parameters))
    assert chain.security(SECRET, ERROR_DEVIATION) == capabilities(parameters).security


def test_what_is_encoded_at_the_top_serves_every_level() -> None:
    """The binding encodes at the top alone: leaving primes out afterwards changes no value."""
    owner = SEALPythonKeyOwner(PORTABLE)
    values = np.linspace(-1, 1, PORTABLE.slots)
    for level in range(PORTABLE.depth + 1):
        decrypted = owner.decrypt(owner.encrypt(values, level))
        assert np.abs(decrypted - values).max() < 2.0**-20


def test_a_plaintext_of_a_low_level_has_no_room_for_the_top() -> None:
    context = SEALPythonContext.create(PORTABLE)
    for level in (0, 3, PORTABLE.depth):
        plaintext: Any = context.encode(0.5, level, context.chain.scale(level))
        assert plaintext.capacity() == plaintext.coeff_count() == (level + 1) * PORTABLE.n


def test_a_key_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    owner = SEALPythonKeyOwner(PORTABLE)
    files = owner.generate(tmp_path, [1], bootstrap=False)
    (tmp_path / "rotation_1.seal").rename(tmp_path / "rotation_2.seal")
    renamed = [KeyFile(file.kind, file.name.replace("rotation_1", "rotation_2")) for file in files]
    with pytest.raises(ExecutionError, match=r"rotation_2\.seal does not hold the key of its name"):
        SEALPythonEvaluator(PORTABLE, tmp_path, renamed)


def test_a_ring_below_the_security_asked_for_is_refused() -> None:
    small = ParameterSet.from_json({**PORTABLE.to_json(), "security": 128})
    with pytest.raises(ParameterError, match="SEAL refuses"):
        SEALPythonContext.create(small)
