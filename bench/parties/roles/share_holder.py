"""The process of one of several key owners: a share of the secret key, the first one's data, and no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from backends.interface import Ciphertext, Vector
from backends.registry import load_library
from backends.stopwatch import Stopwatch
from backends.threshold import ShareHolder, share_holder
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.messages import Batch, Decrypted, Encrypt, Encrypted, Finished, Refreshed
from bench.parties.party import Party
from bench.parties.roles.encrypting import encrypt_samples, fresh
from bench.parties.shares import (
    Adopt,
    BeginBootstrap,
    BootstrapBegun,
    Contribute,
    Contributed,
    FinishBootstrap,
    Fuse,
    FuseAndEncrypt,
    Join,
    Joined,
    SecurityTold,
    Share,
    ShareBootstrap,
    Shared,
    TellSecurity,
)
from bench.parties.wire import announce, verify


class ShareHolderParty(Party):
    """Makes keys with the others, decrypts with its share alone, and fuses what all of them decrypted.

    Attributes:
        holder: the library's share holder, once it has joined.
        ciphertexts: those that are sent and received.
        shares: its partial decryptions.
    """

    holds_secrets = True

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self._library = load_library(adapter)
        self.holder: ShareHolder
        self.ciphertexts = CiphertextFiles(folder, folder.name)
        self.shares = CiphertextFiles(folder, f"{folder.name}_share", "partial_decryption")
        self.handles(Join, self.join)
        self.handles(Contribute, self.contribute)
        self.handles(Adopt, self.adopt)
        self.handles(TellSecurity, self.tell_security)
        self.handles(Encrypt, self.encrypt)
        self.handles(Share, self.share)
        self.handles(Fuse, self.fuse)
        self.handles(FuseAndEncrypt, self.fuse_and_encrypt)
        self.handles(BeginBootstrap, self.begin_bootstrap)
        self.handles(ShareBootstrap, self.share_bootstrap)
        self.handles(FinishBootstrap, self.finish_bootstrap)

    def join(self, request: Join) -> Joined:
        """Set the library up."""
        making = Stopwatch()
        with making:
            self.holder = share_holder(self._library, request.parameters, request.number)
            keys = self.holder.joint_keys(request.rotation_steps, request.bootstrap, request.conjugation)
        return Joined(making.seconds, tuple(keys), self.holder.flooding_bits, self._library.versions())

    def contribute(self, request: Contribute) -> Contributed:
        """Add this one's share to a key."""
        making, writing = Stopwatch(), Stopwatch()
        received = None if request.received is None else verify(self.folder, request.received)
        file = self.holder.contribute(request.key, received, self.folder, making, writing)
        return Contributed(making.seconds, writing.seconds, announce(self.folder, file.kind, file.name))

    def adopt(self, request: Adopt) -> Finished:
        """Check and take up a joint key."""
        self.holder.adopt(request.key.kind, verify(self.folder, request.key))
        return Finished()

    def tell_security(self, request: TellSecurity) -> SecurityTold:
        """Say what the joint keys are."""
        return SecurityTold(self.holder.security())

    def encrypt(self, request: Encrypt) -> Encrypted:
        """Pack the samples of a file, batch by batch, and encrypt each."""
        return encrypt_samples(self.folder, self.holder, self.ciphertexts, request)

    def share(self, request: Share) -> Shared:
        """Decrypt ciphertexts partially."""
        loaded = [self.ciphertexts.take(self.holder, shipment) for shipment in request.ciphertexts]
        started = perf_counter()
        shares = [self.holder.share(ciphertext) for ciphertext in loaded]
        seconds = perf_counter() - started
        return Shared(seconds, self.shares.send_all(self.holder, shares))

    def fuse(self, request: Fuse) -> Decrypted:
        """Fuse into a file of slot vectors `[ciphertexts, slots]`."""
        vectors, seconds = self._fused(request.shares)
        # A value that does not depend on the input has no ciphertexts.
        np.save(self.folder / request.file, np.stack(vectors) if vectors else np.zeros((0, 0)))
        return Decrypted(seconds)

    def fuse_and_encrypt(self, request: FuseAndEncrypt) -> Refreshed:
        """Fuse one ciphertext and encrypt it again at a level."""
        (values,), _ = self._fused(request.shares)
        return fresh(self.holder, self.ciphertexts, values, request.level)

    def begin_bootstrap(self, request: BeginBootstrap) -> BootstrapBegun:
        """Make a ciphertext ready."""
        entering = self.ciphertexts.take(self.holder, request.ciphertext)
        ready, random = self.holder.begin_bootstrap(entering)
        return BootstrapBegun(
            self.ciphertexts.send(self.holder, ready), self.ciphertexts.send(self.holder, random)
        )

    def share_bootstrap(self, request: ShareBootstrap) -> Shared:
        """Make this one's part."""
        ready, random = self._begun(request.begun)
        started = perf_counter()
        shares = self.holder.share_bootstrap(ready, random)
        seconds = perf_counter() - started
        return Shared(seconds, self.shares.send_all(self.holder, shares))

    def finish_bootstrap(self, request: FinishBootstrap) -> Refreshed:
        """Put all parts together."""
        ready, random = self._begun(request.begun)
        shares = [[self.shares.take(self.holder, one) for one in batch] for batch in request.shares]
        for shipment in (request.begun.ready, request.begun.random):
            (self.folder / shipment.name).unlink()
        raised = self.holder.finish_bootstrap(ready, random, shares)
        return Refreshed(self.ciphertexts.send(self.holder, raised))

    def _begun(self, begun: BootstrapBegun) -> tuple[Ciphertext, Ciphertext]:
        ready, random = (
            self.ciphertexts.receive(self.holder, shipment) for shipment in (begun.ready, begun.random)
        )
        return ready, random

    def _fused(self, shares: Sequence[Batch]) -> tuple[list[Vector], float]:
        """The slots of ciphertexts, and the seconds of fusing them."""
        loaded = [[self.shares.take(self.holder, one) for one in batch] for batch in shares]
        started = perf_counter()
        vectors = [self.holder.fuse(of_one) for of_one in zip(*loaded, strict=True)]
        return vectors, perf_counter() - started
