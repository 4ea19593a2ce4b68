"""Ways to try a decryption with what an evaluator over seal-python has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import seal
from seal_python_bench.adapter import Computer

from backends.interface import Ciphertext, Evaluator, Vector
from backends.registry import Attempt


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With no secret key, with one of the evaluator's own, and with each of its files taken for one."""
    assert isinstance(evaluator, Computer)
    context = evaluator.context.seal

    def decrypt(secret: seal.SecretKey) -> Vector:
        return evaluator.context.encoder.decode(seal.Decryptor(context, secret).decrypt(ciphertext))

    def load(path: Path) -> Vector:
        secret = seal.SecretKey()
        secret.load(context, str(path))
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(seal.SecretKey())
    yield "a secret key of one's own", lambda: decrypt(seal.KeyGenerator(context).secret_key())
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
