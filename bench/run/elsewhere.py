"""The evaluator of a cell on another machine: how it is started, and what the record says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backends.registry import Descriptor
from bench.environments.ensure import Environment
from bench.errors import UserError
from bench.remote.control import Described, Opening
from bench.remote.machine import Machine, RemoteParty
from bench.run.code import evaluator_digest
from bench.spec.cells import Cell
from reports import record

#: What two interpreters may have of different versions: they exchange no object but the library's files.
MAY_DIFFER = ("python",)


@dataclass
class Elsewhere:
    """Another machine as one cell uses it.

    Attributes:
        machine: the connection to it.
        described: what it said of itself before the cell.
        build: which build of the library.
        round_trip_s: of a short message, just before the cell.
        party: the evaluator there; None until it is started.
    """

    machine: Machine
    described: Described
    build: str
    round_trip_s: float
    party: RemoteParty | None = None

    @classmethod
    def found(cls, machine: Machine, here: Environment) -> Elsewhere:
        """The machine, with an environment like the key owner's.

        Raises:
            UserError: it cannot be reached, or its library is another version.
        """
        described = machine.describe(here.backend, here.build)
        differing = _differing(here.versions, described.versions)
        if differing:
            raise UserError(
                f"{machine.address} has other versions: {differing}; have the same at both ends, or remove "
                "one environment so that it is made again"
            )
        return cls(machine, described, here.build, machine.round_trip_s())

    def starter(
        self, cell: Cell, descriptor: Descriptor, role: str, adapter: str, threads: int
    ) -> Callable[[Path], RemoteParty]:
        """What starts the evaluator of a cell there."""
        opening = Opening(
            backend=descriptor.name,
            build=self.build,
            role=role,
            adapter=adapter,
            code=evaluator_digest(role, descriptor),
            threads=threads,
            memory_bytes=cell.limits.memory_bytes,
        )
        return partial(self._start, opening)

    def _start(self, opening: Opening, folder: Path) -> RemoteParty:
        self.party = self.machine.start(opening, folder)
        return self.party

    def environment(self) -> record.Environment:
        """The machine while the evaluator ran there; nothing is known of it where the connection broke."""
        if self.party is None or self.party.left is None:
            return record.Environment()
        return record.Environment.model_validate_json(self.party.left.environment)

    def recorded(self, key_owner: record.Environment) -> record.Remote:
        """The record's block; `key_owner` is this machine."""
        return record.Remote(
            address=self.machine.address,
            host=self.described.host,
            round_trip_s=self.round_trip_s,
            sent_bytes=self.party.sent_bytes or None if self.party else None,
            received_bytes=self.party.received_bytes or None if self.party else None,
            key_owner=key_owner,
        )


def _differing(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    names = sorted((here.keys() | there.keys()) - set(MAY_DIFFER))
    return ", ".join(
        f"{name} {there.get(name, 'none')} there and {here.get(name, 'none')} here"
        for name in names
        if here.get(name) != there.get(name)
    )
