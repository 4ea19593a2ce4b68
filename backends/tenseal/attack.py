"""Ways to try a decryption with what an evaluator over TenSEAL has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tenseal import sealapi

from backends.interface import Ciphertext, Evaluator, Vector
from backends.registry import Attempt
from backends.tenseal.adapter import TenSEALEvaluator
from backends.tenseal.bindings import SecretKey


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With no secret key, with one of the evaluator's own, and with each of its files taken for one."""
    assert isinstance(evaluator, TenSEALEvaluator)
    context = evaluator.context.seal

    def decrypt(secret: SecretKey) -> Vector:
        plaintext = sealapi.Plaintext()
        sealapi.Decryptor(context, secret).decrypt(ciphertext, plaintext)
        return np.array(sealapi.CKKSEncoder(context).decode_double(plaintext))

    def load(path: Path) -> Vector:
        secret = sealapi.SecretKey()
        secret.load(context, str(path))
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(sealapi.SecretKey())
    yield "a secret key of one's own", lambda: decrypt(sealapi.KeyGenerator(context).secret_key())
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
