"""What an evaluator costs: the smallest server that holds it, for its seconds, and what leaves it."""

from __future__ import annotations

import pytest

from bench.run.prices import listed, paid
from bench.spec.fleet import load_fleet
from tests.bench.commands import ROOT


def test_seconds_and_bytes_are_paid_by_the_list() -> None:
    found = paid(threads=2, peak_bytes=10**9, evaluator_s=3600.0, out_bytes=2 * 10**9)
    assert found is not None
    assert found.server == "m6a.large"
    assert found.computing == pytest.approx(67.86 / 730, rel=1e-4)
    assert found.traffic == pytest.approx(2 * 0.09 / 1.1133, rel=1e-4)
    assert found.total == found.computing + found.traffic


@pytest.mark.parametrize(
    ("threads", "gibibytes", "server"),
    [(1, 8, "m6a.large"), (1, 9, "m6a.xlarge"), (3, 1, "m6a.xlarge"), (16, 64, "m6a.4xlarge")],
)
def test_the_smallest_server_with_threads_and_memory_is_taken(
    threads: int, gibibytes: int, server: str
) -> None:
    found = paid(threads, gibibytes << 30, 1.0, 0)
    assert found is not None
    assert found.server == server


def test_what_no_server_holds_has_no_price() -> None:
    assert paid(17, 1, 1.0, 0) is None
    assert paid(1, 65 << 30, 1.0, 0) is None


def test_the_prices_are_those_of_the_fleet_that_is_shipped() -> None:
    fleet = load_fleet(ROOT / "suites" / "fleets" / "m6a.yaml")
    found = paid(4, 1, 3600.0, 10**9)
    (server,) = [one for one in fleet.machines if one.name == "m6a.xlarge"]
    assert found is not None
    assert (found.currency, found.computing, found.traffic) == (
        fleet.currency,
        server.price_per_hour,
        fleet.traffic_per_gb,
    )


def test_servers_are_tried_from_the_cheapest_to_the_dearest() -> None:
    prices = [server.price_per_hour for server in listed().machines]
    assert prices == sorted(prices)
