"""What an evaluator costs: the smallest server that holds it, for its seconds, and what leaves it."""

from __future__ import annotations

import pytest

from bench.run.prices import SERVERS, TRAFFIC_PER_GB, paid


def test_seconds_and_bytes_are_paid_by_the_list() -> None:
    found = paid(threads=2, peak_bytes=10**9, evaluator_s=3600.0, out_bytes=2 * 10**9)
    assert found is not None
    assert found.server == "m6a.large"
    assert found.computing == pytest.approx(67.86 / 730)
    assert found.traffic == pytest.approx(2 * TRAFFIC_PER_GB)
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


def test_servers_are_listed_from_the_smallest_to_the_largest() -> None:
    assert list(SERVERS) == sorted(SERVERS, key=lambda one: (one.threads, one.memory_bytes, one.monthly))
