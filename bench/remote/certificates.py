"""Certificates of the two ends of a connection: read from a folder, or made by an authority of their own.

Each end has a folder: its certificate, its private key, and the authority by which it knows the other end.
The authority's own key is in no file, so nobody can make a third certificate; who needs one makes all anew.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.remote.needs import need
from models import regular_files

#: The files of an end, and the folders that `make` writes.
AUTHORITY, CERTIFICATE, KEY = "authority.pem", "certificate.pem", "key.pem"
EVALUATOR, KEY_OWNER = "evaluator", "key_owner"


@dataclass(frozen=True)
class Certificates:
    """What one end shows, and by what it knows the other; PEM each."""

    authority: bytes
    certificate: bytes
    key: bytes


def load(folder: Path) -> Certificates:
    """The certificates of an end.

    Raises:
        UserError: a file is missing, or others may read the private key.
    """
    try:
        files = [folder / name for name in (AUTHORITY, CERTIFICATE, KEY)]
        found = Certificates(*map(regular_files.content, files))
        mode = (folder / KEY).stat().st_mode
    except OSError as error:
        raise UserError(
            f"{error.filename or folder} cannot be read ({error.strerror}); make certificates with "
            "`bench serve --new-certificates FOLDER` and name the folder of this end"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UserError(f"others may read {folder / KEY}; `chmod 600` it, and make new ones if any did")
    return found


def make(folder: Path, names: Sequence[str], days: int) -> None:
    """Make an authority and a certificate of each end, in the folders `evaluator` and `key_owner`.

    Args:
        folder: where the two folders are made.
        names: the names and addresses by which the evaluator's machine is called.
        days: how long they hold.

    Raises:
        UserError: there are such folders already, they cannot be made, a name is none, or `cryptography` is
            not installed.
    """
    need("cryptography")
    from bench.remote.authority import Authority

    authority = Authority(days)
    try:
        ends = {EVALUATOR: authority.end(EVALUATOR, names), KEY_OWNER: authority.end(KEY_OWNER, ())}
    except ValueError as error:
        raise UserError(f"a --name is none ({error}); give names or addresses of the machine") from error
    for end, (certificate, key) in ends.items():
        _write(folder / end, Certificates(authority.certificate, certificate, key))


def _write(folder: Path, made: Certificates) -> None:
    contents = ((AUTHORITY, made.authority), (CERTIFICATE, made.certificate), (KEY, made.key))
    try:
        folder.mkdir(parents=True, mode=0o700)
        for name, content in contents:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror}); name a folder that is new") from error
