"""What an evaluator costs in money: computed of measured seconds and counted bytes by a list of prices.

The list is a fleet's file, `suites/fleets/m6a.yaml`, which says where its prices come from. A server is paid
by the second while the evaluator prepares the model and evaluates, and what leaves it by the gigabyte.
"""

from __future__ import annotations

from functools import cache

from bench.packages import FOLDER
from bench.spec.fleet import Fleet, load_fleet
from reports.costs import Price

LIST = FOLDER / "suites" / "fleets" / "m6a.yaml"
SECONDS_AN_HOUR = 3600
BYTES_PER_GB = 10**9


@cache
def listed() -> Fleet:
    """The servers, the cheapest first, and their prices."""
    fleet = load_fleet(LIST)
    cheapest = sorted(fleet.machines, key=lambda server: server.price_per_hour)
    return fleet.model_copy(update={"machines": tuple(cheapest)})


def paid(threads: int, peak_bytes: int, evaluator_s: float, out_bytes: int) -> Price | None:
    """The price on the cheapest server that has the evaluator's threads and memory; None where none has.

    Args:
        threads: of the evaluator.
        peak_bytes: of its memory.
        evaluator_s: for which the server is held.
        out_bytes: that leave it.
    """
    fleet = listed()
    for server in fleet.machines:
        if threads <= server.cores and peak_bytes <= server.memory_bytes:
            computing = evaluator_s / SECONDS_AN_HOUR * server.price_per_hour
            traffic = out_bytes / BYTES_PER_GB * fleet.traffic_per_gb
            return Price(
                currency=fleet.currency,
                server=server.name,
                server_per_hour=server.price_per_hour,
                traffic_per_gb=fleet.traffic_per_gb,
                computing=computing,
                traffic=traffic,
                total=computing + traffic,
            )
    return None
