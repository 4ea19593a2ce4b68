"""All faults, and a choice of them."""

from __future__ import annotations

import random

from tests.faults.faults import Fault, clocks, damage, disks, environments, limits, pairs, signals
from tests.faults.jumps import jumps
from tests.faults.lasting import cut_off, two_clocks

#: Those of each kind together.
KINDS = (signals, limits, disks, damage, clocks, environments, pairs, cut_off, two_clocks, jumps)

#: A mixed order of them whose first few are of many kinds.
ORDER = 243


def every() -> list[Fault]:
    """All faults."""
    return [fault for kind in KINDS for fault in kind()]


def chosen(count: int | None, only: str = "") -> list[Fault]:
    """So many of all faults with something in their name, in one mixed order; all without a number."""
    faults = [fault for fault in every() if only in fault.name]
    random.Random(ORDER).shuffle(faults)
    return faults[:count]
