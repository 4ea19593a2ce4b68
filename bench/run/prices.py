"""What an evaluator costs in money: computed of measured seconds and counted bytes by a list of prices.

Servers are those of one provider, Amazon's m6a in Frankfurt, by the list prices without tax of MoveInfra's
`eu-cloud-prices` of 28 October 2026 (CC BY 4.0), where a month has 730 hours. A server is paid by the second
while the evaluator prepares the model and evaluates. What leaves it is paid by the gigabyte, by Amazon's
dearest step, 0.09 dollars, at that day's 1.1133 dollars a euro; what comes in is free.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.costs import Price

CURRENCY = "EUR"
HOURS_A_MONTH, SECONDS_AN_HOUR = 730, 3600
TRAFFIC_PER_GB = 0.09 / 1.1133
BYTES_PER_GB = 10**9


@dataclass(frozen=True)
class Server:
    """A server: threads of its processor, memory in bytes, and its price a month."""

    name: str
    threads: int
    memory_bytes: int
    monthly: float

    @property
    def hourly(self) -> float:
        """Its price an hour."""
        return self.monthly / HOURS_A_MONTH


#: The smallest first.
SERVERS = (
    Server("m6a.large", 2, 8 << 30, 67.86),
    Server("m6a.xlarge", 4, 16 << 30, 135.73),
    Server("m6a.2xlarge", 8, 32 << 30, 271.46),
    Server("m6a.4xlarge", 16, 64 << 30, 542.93),
)


def paid(threads: int, peak_bytes: int, evaluator_s: float, out_bytes: int) -> Price | None:
    """The price on the smallest server that has the evaluator's threads and memory; None where none has.

    Args:
        threads: of the evaluator.
        peak_bytes: of its memory.
        evaluator_s: for which the server is held.
        out_bytes: that leave it.
    """
    for server in SERVERS:
        if threads <= server.threads and peak_bytes <= server.memory_bytes:
            computing = evaluator_s / SECONDS_AN_HOUR * server.hourly
            traffic = out_bytes / BYTES_PER_GB * TRAFFIC_PER_GB
            return Price(
                currency=CURRENCY,
                server=server.name,
                server_per_hour=server.hourly,
                traffic_per_gb=TRAFFIC_PER_GB,
                computing=computing,
                traffic=traffic,
                total=computing + traffic,
            )
    return None
