"""Ways to try a decryption with what an evaluator over seal-python has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import seal

from backends.interface import Ciphertext, Evaluator, Vector
from backends.registry import Attempt
from backends.seal_python.adapter import SEALPythonEvaluator
from backends.seal_python.bindings import SecretKey


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With no secret key, with one of the evaluator's own, and with each of its files taken for one."""
    assert isinstance(evaluator, SEALPythonEvaluator)
    context, encoder = evaluator.context.seal, evaluator.context.encoder

    def decrypt(secret: SecretKey) -> Vector:
        return np.asarray(encoder.decode(seal.Decryptor(context, secret).decrypt(ciphertext)))

    def load(path: Path) -> Vector:
        secret: SecretKey = seal.SecretKey()
        secret.load(context, str(path))
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(seal.SecretKey())
    yield "a secret key of one's own", lambda: decrypt(seal.KeyGenerator(context).secret_key())
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
