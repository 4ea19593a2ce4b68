"""A key owner whose secret key outlives its process: what a library does that allows it.

Everywhere else the secret key is in memory alone. Where a key owner's work is split over processes that share
nothing but files, as the stages of a submission are (`bench.submission`), it has to be written in between. It
goes into a folder that its user alone may enter, and crosses no wire.
"""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from backends.errors import Unsupported
from backends.interface import KeyOwner, Library
from backends.parameters import ParameterSet

#: The files of such a folder.
SECRET_KEY, PUBLIC_KEY = "secret_key.bin", "public_key.bin"


class KeepableKeyOwner(KeyOwner):
    """A key owner that can write what it needs to come back in another process."""

    @abstractmethod
    def keep(self, folder: Path) -> None:
        """Write the secret key, and the public key under which it encrypts, to a folder."""


class KeepingLibrary(Library):
    """A library whose key owner can be kept."""

    @classmethod
    @abstractmethod
    def kept_key_owner(cls, parameters: ParameterSet, folder: Path) -> KeyOwner:
        """The key owner that `KeepableKeyOwner.keep` wrote to a folder; it encrypts and decrypts.

        Raises:
            IntegrityError: the folder holds no such keys.
        """


def keep(owner: KeyOwner, folder: Path) -> None:
    """Write a key owner to a new folder that its user alone may enter.

    Raises:
        Unsupported: its library keeps no secret key.
    """
    if not isinstance(owner, KeepableKeyOwner):
        raise Unsupported("this adapter never writes a secret key; choose a backend that keeps one")
    folder.mkdir(mode=0o700)
    owner.keep(folder)
    for path in folder.iterdir():
        path.chmod(0o600)


def kept_key_owner(library: type[Library], parameters: ParameterSet, folder: Path) -> KeyOwner:
    """A key owner that was written to a folder (see `KeepingLibrary.kept_key_owner`).

    Raises:
        Unsupported: the library keeps no secret key.
        IntegrityError: the folder holds no such keys.
    """
    if not issubclass(library, KeepingLibrary):
        raise Unsupported("this adapter never writes a secret key; choose a backend that keeps one")
    return library.kept_key_owner(parameters, folder)
