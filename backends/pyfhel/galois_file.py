"""SEAL's file of Galois keys, put together from files of one key each.

Pyfhel loads one such file only, and would have to hold every key at once to write it (10 GB for 30 keys at
log_n 15). Its keys are therefore made and saved one at a time and their bytes are put behind each other here.

The format, uncompressed (SEAL 4.1, `kswitchkeys.h` and `serialization.h`), in little-endian words of 8
bytes: a header of two words, the second the size of the whole; a parms_id of four; the number of key lists;
each list as its length and its keys. There is a list for each Galois element g, number (g - 1)/2, of length 0
where there is no key.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from os import SEEK_END
from pathlib import Path
from struct import pack, unpack
from typing import BinaryIO

from backends.errors import ExecutionError

_MAGIC = b"\x5e\xa1\x10"  # and the length of the header
_COMPRESSION_AT = 5
_SIZE_AT, _LISTS_AT, _FIRST_LIST_AT = 8, 48, 56
_HEADER_BYTES, _WORD = 16, 8
_COPY_BYTES = 1 << 24


def merge(keys: Iterable[tuple[int, Path]], target: Path) -> None:
    """Write one file from pairs of a Galois element, ascending, and the file of its one key.

    Each file is read before the next pair is asked for.

    Raises:
        ExecutionError: a file is not in SEAL's uncompressed format.
    """
    with target.open("wb") as merged:
        lists, written = 0, 0
        for element, path in keys:
            number = (element - 1) // 2
            with path.open("rb") as single:
                head = single.read(_FIRST_LIST_AT)
                _check(head, path)
                lists = int(unpack("<Q", head[_LISTS_AT:])[0])
                merged.write(b"" if written else head)
                merged.write(bytes(_WORD * (number - written)))
                single.seek(_FIRST_LIST_AT + _WORD * number)
                shutil.copyfileobj(single, merged, _COPY_BYTES)
            written = number + 1
            merged.seek(-_WORD * (lists - written), SEEK_END)
        merged.write(bytes(_WORD * (lists - written)))
        size = merged.tell()
        merged.seek(_SIZE_AT)
        merged.write(pack("<Q", size))


def as_relinearisation_key(single: Path, target: Path) -> None:
    """Write the key of the conjugation, from the file of it alone, as a relinearisation key: one list.

    Its Galois element is 2N - 1, so its list is the last of N.

    Raises:
        ExecutionError: the file is not in SEAL's uncompressed format.
    """
    with single.open("rb") as file, target.open("wb") as made:
        head = file.read(_FIRST_LIST_AT)
        _check(head, single)
        lists = int(unpack("<Q", head[_LISTS_AT:])[0])
        file.seek(_FIRST_LIST_AT + _WORD * (lists - 1))
        made.write(head[:_LISTS_AT] + pack("<Q", 1))
        shutil.copyfileobj(file, made, _COPY_BYTES)
        size = made.tell()
        made.seek(_SIZE_AT)
        made.write(pack("<Q", size))


def elements(path: Path) -> set[int]:
    """The Galois elements that a file holds keys for.

    Raises:
        ExecutionError: the file is not in SEAL's uncompressed format.
    """
    with path.open("rb") as file:
        _check(file.read(_HEADER_BYTES), path)
        file.seek(_LISTS_AT)
        return {2 * number + 1 for number in range(_word(file, path)) if _skip_list(file, path)}


def _skip_list(file: BinaryIO, path: Path) -> int:
    """Move behind one list; its number of keys."""
    keys = _word(file, path)
    for _ in range(keys):
        header = file.read(_HEADER_BYTES)
        _check(header, path)
        file.seek(unpack("<Q", header[_SIZE_AT:])[0] - _HEADER_BYTES, 1)
    return keys


def _word(file: BinaryIO, path: Path) -> int:
    word = file.read(_WORD)
    if len(word) != _WORD:
        raise ExecutionError(f"{path.name} ends too early; make the keys again")
    return int(unpack("<Q", word)[0])


def _check(header: bytes, path: Path) -> None:
    if not header.startswith(_MAGIC) or header[_COMPRESSION_AT] != 0:
        raise ExecutionError(
            f"{path.name} is not in SEAL's uncompressed format; make the keys again with this Pyfhel"
        )
