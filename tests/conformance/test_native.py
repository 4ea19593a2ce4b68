"""A library's own types, where it has them: their layers against clear arithmetic, and who can decrypt."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from backends.native import PROGRAMS
from backends.parameters import ParameterSet
from backends.registry import get, load_native_types
from tests.conformance.conftest import MINIMUM_BITS, precision_bits

#: No library's own types run at less than 128 bits.
PARAMETERS = ParameterSet(log_n=13, first_modulus_bits=50, scale_bits=40, depth=2, digits=3)
COEFFICIENTS = (0.1, 0.4, -0.3, 0.2)


def computed(target: str, folder: Path) -> tuple[dict[str, float], bool]:
    """Bits of each operation, and whether an evaluator can decrypt; in its own process, as each party is."""
    types = load_native_types(target)
    owner = types.key_owner(PARAMETERS)
    owner.make_keys()
    files = owner.write_keys(folder)
    evaluator = types.evaluator(PARAMETERS, folder, files)
    rng = np.random.default_rng(5)
    rows, weight, bias = rng.uniform(-1, 1, (3, 6)), rng.uniform(-1, 1, (4, 6)), rng.uniform(-1, 1, 4)
    received = []
    for number, ciphertext in enumerate(owner.encrypt(rows)):
        owner.write(ciphertext, folder / f"sent{number}")
        received.append(evaluator.read(folder / f"sent{number}"))
    results = {
        "linear": (evaluator.linear(received, weight, bias), rows @ weight.T + bias),
        "polynomial": (
            evaluator.polynomial(received, COEFFICIENTS),
            np.polynomial.polynomial.polyval(rows, COEFFICIENTS),
        ),
    }
    bits = {}
    for name, (ciphertexts, expected) in results.items():
        returned = []
        for number, ciphertext in enumerate(ciphertexts):
            evaluator.write(ciphertext, folder / f"{name}{number}")
            returned.append(owner.read(folder / f"{name}{number}"))
        bits[name] = precision_bits(owner.decrypt(returned), expected)
    return bits, _decrypts(received[0])


def _decrypts(ciphertext: object) -> bool:
    """Whether what an evaluator holds decrypts by itself, as these types offer."""
    try:
        ciphertext.decrypt()  # type: ignore[attr-defined]
    except (ValueError, RuntimeError):
        return False
    return True


@pytest.mark.parametrize("program", PROGRAMS)
def test_own_types_compute_layers_and_hide_the_secret_key(backend: str, program: str, tmp_path: Path) -> None:
    target = get(backend).native_types.get(program)
    if target is None:  # which is an outcome; tests/end_to_end/test_layers.py has its reason
        return
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        bits, decrypts = pool.submit(computed, target, tmp_path).result()
    assert all(found >= MINIMUM_BITS - 2 for found in bits.values()), bits
    assert not decrypts
