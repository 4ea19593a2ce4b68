"""Files of data sets: where they lie, what they hold, whether they are the publisher's."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from models import encoding, regular_files
from models.arrays import DAMAGE
from models.data.sources import Provenance
from models.errors import ModelError
from models.user_folders import user_folder

#: Bytes of one file; the largest that is published, a text of Wikipedia, has half of them.
LARGEST = 1 << 30
#: Bytes that are read at a time.
PIECE = 1 << 20
#: What damaged or encrypted archives raise.
UNREADABLE = (OSError, ValueError, tarfile.TarError, *DAMAGE)


def data_folder() -> Path:
    """The folder that `BENCH_DATA` names, else the user's data folder."""
    return user_folder("data", "BENCH_DATA")


class DataFolder:
    """Reads files of one data set, compares them with official digests, and remembers which were read."""

    def __init__(self, path: Path, md5: Mapping[str, str]) -> None:
        """Remember where to read.

        Args:
            path: the folder.
            md5: name of a file in the folder → MD5 of what its publisher has under that name.
        """
        self.path = path
        self._md5 = md5
        self._read: dict[str, bool] = {}

    @property
    def provenance(self) -> Provenance:
        """The files read so far."""
        return Provenance(tuple(self._read), bool(self._read) and all(self._read.values()))

    def locate(self, name: str) -> Path | None:
        """Where the file or folder of this name lies, as it is or compressed as `NAME.gz`."""
        here = (path for path in (self.path / name, self.path / f"{name}.gz") if path.exists())
        return next(here, None)

    def has(self, *names: str) -> bool:
        """Whether all of these are there."""
        return all(self.locate(name) for name in names)

    def opened(self, name: str) -> Path:
        """Where a file lies that its reader takes by path; it counts as read and not as official."""
        self._read[name] = False
        return self._located(name)

    def content(self, name: str) -> bytes:
        """What a file holds, decompressed.

        Raises:
            ModelError: it is missing or unreadable, or not what its name claims.
        """
        path = self._located(name)
        try:
            with regular_files.opened(path) as stored:
                found = _at_most(_unpacked(path, stored), LARGEST + 1)
        except UNREADABLE as error:
            raise ModelError(f"{path} cannot be read ({error}); fetch it again") from error
        if len(found) > LARGEST:
            raise ModelError(
                f"{path} holds more than {LARGEST:,} bytes, as no file of a data set does; replace it"
            )
        self._verify(name, hashlib.md5(found).hexdigest())
        return found

    def text(self, name: str) -> str:
        """A text file in UTF-8 without its byte order mark, every line ended as on this system.

        Raises:
            ModelError: it is missing, unreadable, empty or no UTF-8, or not what its name claims.
        """
        text = decoded(self.content(name), self._located(name))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def members(self, archive: str, names: Sequence[str]) -> list[bytes]:
        """What files hold that a publisher packs into one archive, unpacked in the folder or still in it.

        Raises:
            ModelError: one of them is missing or unreadable, or not what its name claims.
        """
        if self.has(*names):
            return [self.content(name) for name in names]
        path = self._located(archive)
        try:
            if archive not in self._read:
                self._verify(archive, _md5(path))
            with regular_files.opened(path) as file:
                unpack = _zip_members if zipfile.is_zipfile(file) else _tar_members
                file.seek(0)
                return unpack(file, names)
        except UNREADABLE as error:
            raise ModelError(f"{path} is incomplete or corrupt ({error}); fetch it again") from error

    def _located(self, name: str) -> Path:
        path = self.locate(name)
        if path is None:
            raise ModelError(f"{self.path} lacks {name}; put it there")
        return path

    def _verify(self, name: str, found: str) -> None:
        official = self._md5.get(name)
        if official not in (None, found):
            raise ModelError(
                f"{self.path / name} is not the official file: its MD5 is {found} instead of {official}; "
                "fetch it again, or give other data in the plain form"
            )
        self._read[name] = official is not None


def decoded(raw: bytes, origin: object) -> str:
    """Bytes of a file as text, without a byte order mark.

    Raises:
        ModelError: they are not UTF-8, or there is nothing in them.
    """
    found = encoding.decoded(raw, origin)
    if not found.strip():
        raise ModelError(f"{origin} is empty; fetch it again")
    return found


def _unpacked(path: Path, stored: BinaryIO) -> BinaryIO | gzip.GzipFile:
    return gzip.GzipFile(fileobj=stored) if path.name.endswith(".gz") else stored


def _at_most(file: BinaryIO | gzip.GzipFile, size: int) -> bytes:
    """Up to so many bytes, in pieces: Python makes room for all that is asked for before it reads any."""
    found = io.BytesIO()
    while piece := file.read(min(PIECE, size - found.tell())):
        found.write(piece)
    return found.getvalue()


def _zip_members(file: BinaryIO, names: Sequence[str]) -> list[bytes]:
    with zipfile.ZipFile(file) as archive:
        return [archive.read(name) for name in names]


def _tar_members(file: BinaryIO, names: Sequence[str]) -> list[bytes]:
    """All in one pass, because going back in a compressed archive means decompressing it again."""
    wanted, found = set(names), {}
    with tarfile.open(fileobj=file) as archive:
        for member in archive:
            unpacked = archive.extractfile(member) if member.name in wanted else None
            if unpacked is not None:
                found[member.name] = unpacked.read()
    return [found[name] for name in names]


def _md5(path: Path) -> str:
    """In pieces, because archives are large."""
    digest = hashlib.md5()
    with regular_files.opened(path) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
