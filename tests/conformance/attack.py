"""Run as a process of its own: tries to decrypt with what an evaluator has, in each library's own ways.

`python -m tests.conformance.attack BACKEND KEY_FOLDER CIPHERTEXT_FOLDER` writes a JSON object: for each
attempt the slots that came out, or "refused" and why. Nothing may end the process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.registry import get, load_library
from tests.toy import PORTABLE

Attempt = tuple[str, Callable[[], Any]]


def tenseal(evaluator: Any, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    from tenseal import sealapi

    context = evaluator._context.seal

    def decrypt(secret: Any) -> Any:
        plaintext = sealapi.Plaintext()
        sealapi.Decryptor(context, secret).decrypt(ciphertext, plaintext)
        return sealapi.CKKSEncoder(context).decode_double(plaintext)

    def load(path: Path) -> Any:
        secret = sealapi.SecretKey()
        secret.load(context, str(path))
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(sealapi.SecretKey())
    yield "a secret key of one's own", lambda: decrypt(sealapi.KeyGenerator(context).secret_key())
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)


def pyfhel(evaluator: Any, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """Decrypting without any secret key ends a process, so that there is none is asked before."""
    binding = evaluator._binding
    assert binding.is_secret_key_empty()

    def load(path: Path) -> Any:
        binding.load_secret_key(str(path))
        return binding.decryptFrac(ciphertext)

    def own() -> Any:
        binding.keyGen()
        return binding.decryptFrac(ciphertext)

    yield "the secret key saved", lambda: binding.to_bytes_secret_key("none")
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)
    yield "a secret key of one's own", own


def openfhe(evaluator: Any, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    import openfhe as library

    context = next(value for value in vars(evaluator).values() if isinstance(value, library.CryptoContext))

    def decrypt(secret: Any) -> Any:
        return context.Decrypt(secret, ciphertext).GetRealPackedValue()

    def load(path: Path) -> Any:
        secret, loaded = library.DeserializePrivateKey(str(path), library.BINARY)
        if not loaded:
            raise ValueError("not a secret key")
        return decrypt(secret)

    yield "an empty secret key", lambda: decrypt(library.PrivateKey())
    yield "a secret key of one's own", lambda: decrypt(context.KeyGen().secretKey)
    for path in paths:
        yield f"{path.name} as a secret key", partial(load, path)


ATTACKS: dict[str, Callable[[Evaluator, Ciphertext, Sequence[Path]], Iterator[Attempt]]] = {
    "tenseal": tenseal,
    "pyfhel": pyfhel,
    "openfhe": openfhe,
}


def outcome(attempt: Callable[[], Any]) -> list[float] | str:
    """What an attempt gave."""
    try:
        return [float(value) for value in np.real(np.asarray(attempt()))[: PORTABLE.slots]]
    except (ValueError, RuntimeError, TypeError, IndexError) as error:
        return f"refused: {error}"


def main() -> None:
    name, folder, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    files = [KeyFile(*entry) for entry in json.loads((scratch / "files.json").read_text())]
    evaluator = load_library(get(name).adapter).evaluator(PORTABLE, folder, files)
    ciphertext = evaluator.read(scratch / "ciphertext")
    attempts = ATTACKS[name](evaluator, ciphertext, [folder / file.name for file in files])
    sys.stdout.write(json.dumps({what: outcome(attempt) for what, attempt in attempts}))


if __name__ == "__main__":
    main()
