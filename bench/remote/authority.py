"""An authority that signs the certificates of two ends; it needs `cryptography`, of the extra `remote`."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: How far apart the clocks of two machines may be.
CLOCKS = timedelta(hours=1)


class Authority:
    """An authority whose key is in this object alone, and gone with it.

    Attributes:
        certificate: by which its signatures are known; PEM.
    """

    def __init__(self, days: int) -> None:
        """Make a key; what it signs holds so many days from now on."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._now, self._days = datetime.now(timezone.utc), timedelta(days=days)
        built = self._begun("authority", self._key.public_key())
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = self._signed(built)

    def end(self, subject: str, names: Sequence[str]) -> tuple[bytes, bytes]:
        """A certificate and its private key, PEM each.

        Args:
            subject: what the end is called.
            names: by which a server is called, names and addresses; none make it one for a client.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.SERVER_AUTH if names else ExtendedKeyUsageOID.CLIENT_AUTH
        built = self._begun(subject, key.public_key())
        built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        built = built.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        if names:
            alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
            built = built.add_extension(alternatives, critical=False)
        return self._signed(built), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _begun(self, subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        """What all certificates have."""
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - CLOCKS)
            .not_valid_after(self._now + self._days)
        )

    def _signed(self, built: x509.CertificateBuilder) -> bytes:
        signed: bytes = built.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
        return signed


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    """An address as one, anything else as a name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
