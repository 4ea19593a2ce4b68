"""Ways to try a decryption with what an evaluator over OpenFHE has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import openfhe

from backends.interface import Ciphertext, Evaluator, Vector
from backends.openfhe.bindings import CryptoContext, SecretKey
from backends.registry import Attempt


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With no secret key, with one of the evaluator's own, and with each of its files taken for one."""
    found = [value for value in vars(evaluator).values() if isinstance(value, openfhe.CryptoContext)]
    context: CryptoContext = found[0]

    def decrypt(secret: SecretKey) -> Vector:
        return np.array(context.Decrypt(secret, ciphertext).GetRealPackedValue())

    def load(path: Path) -> Vector:
        secret, loaded = openfhe.DeserializePrivateKey(str(path), openfhe.BINARY)
        if not loaded:
            raise ValueError("not a secret key")
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(openfhe.PrivateKey())
    yield "a secret key of one's own", lambda: decrypt(context.KeyGen().secretKey)
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
