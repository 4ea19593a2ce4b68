"""Ways to try a decryption with what an evaluator over FHElium has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import MethodType
from typing import cast

import fhelium
from fhelium import SecretKey

from backends.fhelium import bindings
from backends.fhelium.device import PROCESSORS
from backends.fhelium.evaluator import FHEliumEvaluator
from backends.interface import Ciphertext, Evaluator, Vector
from backends.registry import Attempt


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """With the evaluator's own engine, with a secret key of its own, and with each of its files for one.

    An engine can decrypt, and the calls that an evaluator keeps are bound to one, which has no secret key.
    """
    assert isinstance(evaluator, FHEliumEvaluator)
    add = evaluator.context.operator.add
    assert isinstance(add, MethodType)
    engine = cast(bindings.Engine, add.__self__)

    def decrypt(secret: bindings.SecretKey | None = None) -> Vector:
        return engine.decrypt_message(ciphertext, secret, is_real=True, device=PROCESSORS).numpy()

    def with_file(path: Path) -> Vector:
        return decrypt(fhelium.load_value(path, expected_type=SecretKey))

    yield "the engine behind the evaluator's calls", decrypt
    yield "a secret key of one's own", lambda: decrypt(engine.create_secret_key())
    for path in paths:
        yield f"{path.name} as a secret key", partial(with_file, path)
