"""Slots of what OpenFHE decrypts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backends.interface import Vector
from backends.openfhe.bindings import LibraryPlaintext

#: What OpenFHE says of slots that cannot be told from noise.
UNREADABLE = "approximation error is too high"


def decoded(decrypt: Callable[[], LibraryPlaintext], slots: int) -> Vector:
    """The real slots that a call decrypts; not numbers where OpenFHE finds none.

    It finds that by imaginary parts, which real values do not have.
    """
    try:
        plaintext = decrypt()
    except RuntimeError as error:
        if UNREADABLE not in str(error):
            raise
        return np.full(slots, np.nan)
    plaintext.SetLength(slots)
    return np.array(plaintext.GetRealPackedValueArray(), np.float64)
