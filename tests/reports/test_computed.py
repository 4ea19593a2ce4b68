"""What is computed of a record stands beside what was measured, under names that say so."""

from __future__ import annotations

import csv
import io

import pytest

from reports.computed import computed, network_s
from reports.costs import Latency, Network, Price, Wire
from reports.export import to_csv
from reports.record import Record

LAN = Network(name="LAN", round_trip_s=0.001, bytes_per_s=1e9, keys_s=1.0, online_s=0.25)
PRICE = Price(
    currency="EUR",
    server="s",
    server_per_hour=1.0,
    traffic_per_gb=1.0,
    computing=0.5,
    traffic=0.25,
    total=0.75,
)
TIMED = Latency(evaluate_s=10.0, round_trips_s=4.0)


@pytest.fixture
def made(record: Record) -> Record:
    return record.model_copy(update={"latency": TIMED, "wire": Wire(networks=[LAN]), "price": PRICE})


def test_over_a_network_its_rounds_take_the_place_of_the_machines_own(made: Record) -> None:
    assert network_s(made, "LAN") == pytest.approx(6.25)
    assert computed(made) == {
        "computed.lan_s": pytest.approx(6.25),
        "computed.wan_s": None,
        "computed.price": 0.75,
    }


def test_what_was_not_timed_is_not_computed(made: Record) -> None:
    assert set(computed(made.model_copy(update={"latency": Latency(), "price": None})).values()) == {None}


def test_a_csv_has_them_beside_the_records_own_columns(made: Record) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([made])))
    assert row["latency.evaluate_s"] == "10.0"
    assert row["computed.lan_s"] == "6.25"
    assert row["computed.wan_s"] == ""
    assert row["computed.price"] == row["price.total"] == "0.75"
