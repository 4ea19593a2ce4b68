"""What the front process and one of several key owners say to each other.

A single key owner makes keys, decrypts and refreshes by itself (`bench.parties.messages`); several do so
together, each with its share of the secret key (`backends.threshold`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backends.interface import SecurityFacts
from backends.parameters import ParameterSet
from backends.threshold import JointKey
from bench.parties.messages import Answer, Batch, Decrypted, Finished, Refreshed, Request
from bench.parties.wire import Shipment


@dataclass(frozen=True)
class Joined(Answer):
    """The key owner has its context, and knows what is to be made together.

    Attributes:
        seconds: what that took.
        flooding_bits: see `backends.threshold.ShareHolder`.
        versions: the versions of the library and of what it is built on.
    """

    seconds: float
    keys: tuple[JointKey, ...]
    flooding_bits: float
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Join(Request[Joined]):
    """Become the key owner of this number, from 0; keys are made for what else is named (see `Generate`)."""

    parameters: ParameterSet
    number: int
    rotation_steps: tuple[int, ...]
    bootstrap: bool
    conjugation: bool


@dataclass(frozen=True)
class Contributed(Answer):
    """The share is added, and what the next key owner needs is written."""

    make_s: float
    write_s: float
    file: Shipment


@dataclass(frozen=True)
class Contribute(Request[Contributed]):
    """Add a share to a key that was received; where none was, begin it."""

    key: JointKey
    received: Shipment | None


@dataclass(frozen=True)
class Adopt(Request[Finished]):
    """Take up a joint key."""

    key: Shipment


@dataclass(frozen=True)
class SecurityTold(Answer):
    """What the joint keys are, read from the library."""

    facts: SecurityFacts


@dataclass(frozen=True)
class TellSecurity(Request[SecurityTold]):
    """Say what the joint keys are; the last key owner is asked, who has written them."""


@dataclass(frozen=True)
class Shared(Answer):
    """The partial decryptions are written."""

    seconds: float
    shares: Batch


@dataclass(frozen=True)
class Share(Request[Shared]):
    """Decrypt ciphertexts partially, with the share of the secret key."""

    ciphertexts: Batch


@dataclass(frozen=True)
class Fuse(Request[Decrypted]):
    """Fuse partial decryptions into a file (see `Decrypt`).

    Attributes:
        shares: of each key owner, the first one's first.
        file: where the slots go.
    """

    shares: tuple[Batch, ...]
    file: str


@dataclass(frozen=True)
class BootstrapBegun(Answer):
    """A ciphertext is ready for an interactive bootstrap, and a random polynomial is drawn for it."""

    ready: Shipment
    random: Shipment


@dataclass(frozen=True)
class BeginBootstrap(Request[BootstrapBegun]):
    """Make a ciphertext ready for an interactive bootstrap by all key owners."""

    ciphertext: Shipment


@dataclass(frozen=True)
class ShareBootstrap(Request[Shared]):
    """Make this key owner's part of an interactive bootstrap."""

    begun: BootstrapBegun


@dataclass(frozen=True)
class FinishBootstrap(Request[Refreshed]):
    """Put the parts of all key owners together, the first one's first."""

    begun: BootstrapBegun
    shares: tuple[Batch, ...]


@dataclass(frozen=True)
class FuseAndEncrypt(Request[Refreshed]):
    """Fuse the partial decryptions of one ciphertext, a batch of one of each key owner, and encrypt again."""

    shares: tuple[Batch, ...]
    level: int
