"""A secret key in a file that says nothing without a key of 64 bytes, which is in no file.

A stream of SHAKE-256 hides it, and HMAC-SHA-256 of what is hidden shows that it is whole (encrypt, then
authenticate). Each half of the key serves one of the two, and a key serves one secret alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os

import numpy as np

from backends.errors import IntegrityError

#: Bytes of a key, and of what shows that a sealed secret is whole.
KEY_BYTES, TAG_BYTES = 64, 32


def new_key() -> bytes:
    """A key for one secret."""
    return os.urandom(KEY_BYTES)


def seal(secret: bytes, key: bytes) -> bytes:
    """What may lie in a file."""
    hidden = _exclusive_or(secret, key)
    return _tag(hidden, key) + hidden


def unseal(sealed: bytes, key: bytes) -> bytes:
    """The secret.

    Raises:
        IntegrityError: it was sealed with another key, or is damaged.
    """
    tag, hidden = sealed[:TAG_BYTES], sealed[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(hidden, key)):
        raise IntegrityError("the sealed secret key is not whole, or of another run; make new keys")
    return _exclusive_or(hidden, key)


def _tag(hidden: bytes, key: bytes) -> bytes:
    return hmac.digest(key[KEY_BYTES // 2 :], hidden, "sha256")


def _exclusive_or(data: bytes, key: bytes) -> bytes:
    stream = hashlib.shake_256(key[: KEY_BYTES // 2]).digest(len(data))
    return (np.frombuffer(data, np.uint8) ^ np.frombuffer(stream, np.uint8)).tobytes()
