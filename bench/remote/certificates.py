"""Certificates of the two ends of a connection: read from a folder, or made by an authority of their own.

Each end has a folder: its certificate, its private key, and the authority by which it knows the other end.
The authority's own key is in no file, so nobody can make a third certificate; who needs one makes all anew.
"""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bench.errors import UserError
from bench.remote.needs import need

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
        found = Certificates(*((folder / name).read_bytes() for name in (AUTHORITY, CERTIFICATE, KEY)))
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
        UserError: there are such folders already, they cannot be made, or `cryptography` is not installed.
    """
    need("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        """What all have in common."""
        return (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))  # clocks differ
            .not_valid_after(now + timedelta(days=days))
        )

    def of_an_end(end: str) -> None:
        """One end's folder."""
        key = ec.generate_private_key(ec.SECP256R1())
        server = end == EVALUATOR
        use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        built = certificate(end, key).add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        built = built.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        if server:
            built = built.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = built.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        _write(folder / end, Certificates(root, signed, private))

    now = datetime.now(timezone.utc)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)
        for name in names
    ]
    authority = ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    root = (
        certificate("authority", authority)
        .add_extension(constraints, critical=True)
        .sign(authority, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    for end in (EVALUATOR, KEY_OWNER):
        of_an_end(end)


def _write(folder: Path, made: Certificates) -> None:
    try:
        folder.mkdir(parents=True, mode=0o700)
        for name, content in (
            (AUTHORITY, made.authority),
            (CERTIFICATE, made.certificate),
            (KEY, made.key),
        ):
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror}); name a folder that is new") from error


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
