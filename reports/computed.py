"""What is computed of a record and not measured: an answer over a network, and what it costs.

Every table that shows one of these says so.
"""

from __future__ import annotations

from reports.record import Record

#: The networks of records (`bench.run.networks`) for which readers have a column.
NETWORKS = ("LAN", "WAN")


def network_s(record: Record, network: str) -> float | None:
    """Seconds until a cell's samples are answered over a network, once its keys are there.

    The evaluation without its round trips on this machine, with the network's rounds and bytes in their
    place; nothing overlaps. None where either is unknown.
    """
    evaluate_s = record.latency.evaluate_s
    for one in record.wire.networks or ():
        if one.name == network and evaluate_s is not None:
            return evaluate_s - (record.latency.round_trips_s or 0.0) + one.online_s
    return None


def computed(record: Record) -> dict[str, float | None]:
    """Everything of a record that is computed, by the names of its columns."""
    over = {f"computed.{network.lower()}_s": network_s(record, network) for network in NETWORKS}
    return {**over, "computed.price": None if record.price is None else record.price.total}
