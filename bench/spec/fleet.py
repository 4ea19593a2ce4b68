"""The schema of a fleet's YAML file: machines of several kinds, on which a sweep is planned.

fleet: three_sizes
title: one line
currency: EUR
machines:
  - {name: small, count: 8, cores: 4, memory_bytes: 16000000000, disk_bytes: 99000000000, price_per_hour: 0.2}
  - name: large
    cores: 16
    memory_bytes: 128000000000
    disk_bytes: 999000000000
    speed: 1.2
    price_per_hour: 1.1
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from bench.errors import UserError
from bench.spec.cases import LONGEST_NAME, Name
from bench.spec.file import MOST_BYTES, MOST_SECONDS, MOST_THREADS
from models.documents.document import shown
from models.documents.reading import read
from models.documents.schema import validated
from reports.block import Block

MOST_KINDS, MOST_MACHINES = 100, 100_000
#: A machine a thousand times as fast as another is another age's; one dearer than any is a slip of the pen.
MOST_SPEED, MOST_PRICE, MOST_WATTS = 1000.0, 1e6, 1e6

#: Providers have points in their servers' names.
MachineName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=LONGEST_NAME)]
MachineBytes = Annotated[int, Field(gt=0, le=MOST_BYTES)]


class MachineKind(Block):
    """Machines that are alike.

    Attributes:
        name: of the kind.
        count: how many there are.
        cores: of each.
        memory_bytes: that a party may take there.
        disk_bytes: for keys and ciphertexts.
        speed: how many times as fast as the machine whose times the plan is fitted to.
        price_per_hour: of a machine, in the fleet's currency.
        watts: what a machine draws while it computes, where that is known.
        setup_s: before its first cell, such as for making the libraries' environments.
    """

    name: MachineName
    count: Annotated[int, Field(gt=0, le=MOST_MACHINES)] = 1
    cores: Annotated[int, Field(gt=0, le=MOST_THREADS)]
    memory_bytes: MachineBytes
    disk_bytes: MachineBytes
    speed: Annotated[float, Field(gt=0, le=MOST_SPEED)] = 1.0
    price_per_hour: Annotated[float, Field(ge=0, le=MOST_PRICE)]
    watts: Annotated[float, Field(gt=0, le=MOST_WATTS)] | None = None
    setup_s: Annotated[float, Field(ge=0, le=MOST_SECONDS)] = 0.0


class Fleet(Block):
    """The whole file.

    Attributes:
        fleet: its name.
        title: what it is, in one line.
        currency: of all prices, as it is shown.
        traffic_per_gb: the price of a gigabyte that leaves a machine, what comes in being free; a plan of a
            sweep does not use it.
        machines: kinds of machines.
    """

    fleet: Name
    title: Annotated[str, Field(max_length=500)]
    currency: Annotated[str, Field(pattern=r"^\S{1,8}$")]
    traffic_per_gb: Annotated[float, Field(ge=0, le=MOST_PRICE)] = 0.0
    machines: Annotated[tuple[MachineKind, ...], Field(strict=False, min_length=1, max_length=MOST_KINDS)]


def load_fleet(path: Path) -> Fleet:
    """Read and validate a fleet.

    Raises:
        UserError: file, line, what is wrong and what would be right.
    """
    document = read(path, UserError)
    fleet, names = validated(document, Fleet), set[str]()
    for place, kind in enumerate(fleet.machines):
        if kind.name in names:
            document.fail(("machines", place, "name"), f"two kinds are called {shown(kind.name)}; rename one")
        names.add(kind.name)
    return fleet
