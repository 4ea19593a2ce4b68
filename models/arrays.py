"""The type of everything that models compute with, and the reading of numpy's files."""

from __future__ import annotations

import lzma
import struct
import tokenize
import zipfile
import zlib
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
#: An array of a file, whose numbers may be of any type.
AnyArray: TypeAlias = NDArray[Any]

#: What numpy, and the archive around its files, raises of damage, beside ValueError: the header of an array
#: is read by Python's own parser, and may promise more numbers than there is memory for.
DAMAGE = (
    *(LookupError, OverflowError, EOFError, RuntimeError, TypeError, SyntaxError, MemoryError),
    *(struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tokenize.TokenError),
)


def read_array(file: BinaryIO) -> AnyArray:
    """The array of an opened `.npy` file.

    Raises:
        ValueError: it is none, a damaged one, or holds Python's objects.
        OSError: it cannot be read.
    """
    found = _read(file)
    if not isinstance(found, np.ndarray):
        raise ValueError("it holds arrays by names and not one array")
    return found


def read_arrays(file: BinaryIO) -> dict[str, AnyArray]:
    """The arrays of an opened `.npz` file by their names.

    Raises:
        ValueError: it is none, a damaged one, or holds Python's objects.
        OSError: it cannot be read.
    """
    found = _read(file)
    if isinstance(found, np.ndarray):
        raise ValueError("it holds one array and no names")
    return found


def _read(file: BinaryIO) -> AnyArray | dict[str, AnyArray]:
    try:
        found = np.load(file, allow_pickle=False)
        if isinstance(found, NpzFile):
            with found:
                return dict(found)
        return np.asarray(found)
    except DAMAGE as error:
        raise ValueError(f"it is damaged ({error})") from error
