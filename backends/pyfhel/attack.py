"""Ways to try a decryption with what an evaluator over Pyfhel has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from backends.interface import Ciphertext, Evaluator, Vector
from backends.pyfhel.adapter import PyfhelEvaluator
from backends.registry import Attempt


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With the secret key that is in force, with each file taken for one, and with one of its own.

    A decryption without any secret key ends the process; so whether there is one is asked before.
    """
    assert isinstance(evaluator, PyfhelEvaluator)
    binding = evaluator.context.binding
    assert binding.is_secret_key_empty()

    def load(path: Path) -> Vector:
        binding.load_secret_key(str(path))
        return binding.decryptFrac(ciphertext)

    def own() -> Vector:
        binding.keyGen()
        return binding.decryptFrac(ciphertext)

    def saved() -> Vector:
        return np.frombuffer(binding.to_bytes_secret_key("none"), np.uint8).astype(np.float64)

    yield "the secret key saved", saved
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
    yield "a secret key of one's own", own
