"""The conjugation of Pyfhel's ciphertexts, for which it has no call.

SEAL conjugates by the automorphism X → 1/X of the two polynomials and a key switch of the second. In a
number-theoretic transform, as ciphertexts are kept, that automorphism reads the values backwards: value i, in
bit-reversed order, is the polynomial at the power 2·rev(i) + 1 of a root of order 2N, and value N - 1 - i is
the one at the negative power. The key switch is that of a relinearisation: of three polynomials (b, 0, a),
where the key, the Galois key of the conjugation, takes the place of the relinearisation's.

The format of a ciphertext, uncompressed (SEAL 4.1, `ciphertext.cpp` and `dynarray.h`), in little-endian: a
header of 16 bytes, the second half the size of the whole; a parms_id of 32; a byte; the numbers of
polynomials, coefficients and primes, the scale and a correction, of 8 each; then the values as an array, with
a header of 16 like the first and their number of 8.
"""

from __future__ import annotations

from struct import pack_into, unpack_from

import numpy as np

from backends.errors import ExecutionError

_SIZE_AT, _POLYNOMIALS_AT, _ARRAY_SIZE_AT, _NUMBER_AT, _VALUES_AT = 8, 49, 97, 105, 113
_ARRAY_AT = 89


def mirrored(content: bytes) -> bytes:
    """The three polynomials whose relinearisation by the conjugation's key is the conjugate.

    Args:
        content: a ciphertext of two polynomials.

    Raises:
        ExecutionError: it has more of them.
    """
    polynomials, n, primes = unpack_from("<QQQ", content, _POLYNOMIALS_AT)
    if polynomials != 2:
        raise ExecutionError("a product of two ciphertexts cannot be conjugated; relinearise it first")
    values = np.frombuffer(content, np.uint64, offset=_VALUES_AT).reshape(2, primes, n)
    three = np.zeros((3, primes, n), np.uint64)
    three[::2] = values[:, :, ::-1]
    head = bytearray(content[:_VALUES_AT])
    pack_into("<Q", head, _SIZE_AT, _VALUES_AT + three.nbytes)
    pack_into("<Q", head, _POLYNOMIALS_AT, len(three))
    pack_into("<Q", head, _ARRAY_SIZE_AT, _VALUES_AT - _ARRAY_AT + three.nbytes)
    pack_into("<Q", head, _NUMBER_AT, three.size)
    return bytes(head) + three.tobytes()
