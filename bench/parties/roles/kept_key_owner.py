"""The key owner in several processes, one after the other, each of which goes on with its secret key."""

from __future__ import annotations

from pathlib import Path

from backends.errors import IntegrityError
from bench.parties.channel import Channel
from bench.parties.kept_keys import KeepKeys, TakeUpKeys
from bench.parties.messages import Finished
from bench.parties.roles.key_owner import KeyOwnerParty

#: The file of the secret key.
SECRET_KEY = "secret_key.bin"


class KeptKeyOwnerParty(KeyOwnerParty):
    """A usual key owner that leaves its secret key to the next of its processes, and takes it up there."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self.handles(KeepKeys, self.keep)
        self.handles(TakeUpKeys, self.take_up)

    def keep(self, request: KeepKeys) -> Finished:
        """Write the secret key to a new folder that the user alone may enter."""
        secret, folder = self.owner.secret(), Path(request.folder)
        folder.mkdir(mode=0o700)
        path = folder / SECRET_KEY
        path.touch(mode=0o600)  # before a byte of it is there
        path.write_bytes(secret)
        return Finished()

    def take_up(self, request: TakeUpKeys) -> Finished:
        """Read the secret key.

        Raises:
            IntegrityError: it is not there, or is no such key.
        """
        path = Path(request.folder) / SECRET_KEY
        if not path.is_file():
            raise IntegrityError(f"{path} is missing; make new keys")
        self.owner = self._library.key_owner(request.parameters)
        self.owner.restore(path.read_bytes())
        return Finished()
