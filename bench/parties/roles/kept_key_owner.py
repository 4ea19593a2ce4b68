"""The key owner in several processes, one after the other, each of which goes on with its secret key."""

from __future__ import annotations

from pathlib import Path

from backends.kept import keep, kept_key_owner
from bench.parties.channel import Channel
from bench.parties.kept_keys import KeepKeys, TakeUpKeys
from bench.parties.messages import Finished
from bench.parties.roles.key_owner import KeyOwnerParty


class KeptKeyOwnerParty(KeyOwnerParty):
    """A usual key owner that leaves its secret key to the next of its processes, and takes it up there."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self.handles(KeepKeys, self.keep)
        self.handles(TakeUpKeys, self.take_up)

    def keep(self, request: KeepKeys) -> Finished:
        """Write the secret key to a folder that nobody else may enter."""
        keep(self.owner, Path(request.folder))
        return Finished()

    def take_up(self, request: TakeUpKeys) -> Finished:
        """Read the secret key."""
        self.owner = kept_key_owner(self._library, request.parameters, Path(request.folder))
        return Finished()
