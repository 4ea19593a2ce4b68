"""Whole records, packed in columns: all of them come back, and single times have their first digits alone."""

from __future__ import annotations

from reports.html.packing import PER_STREAM, streams
from reports.migration import read_record
from reports.record import Record
from tests.reports.html.records import failing, insecure, made, many
from tests.reports.html.unpacking import plain


def back(records: list[Record]) -> list[Record]:
    return [read_record(one) for stream in streams(records) for one in plain(stream)]


def test_records_of_every_standing_come_back_as_they_were() -> None:
    records = [
        made(),
        insecure(),
        failing("failed", "no"),
        made(latency__layers=[], weights="random", ladder={}),
    ]
    assert back(records) == records


def test_they_come_back_in_their_order_from_several_streams() -> None:
    records = many(PER_STREAM + 3)
    assert len([*streams(records)]) == 2
    assert [record.key for record in back(records)] == [record.key for record in records]


def test_single_times_are_packed_to_four_digits_and_nothing_else_is() -> None:
    """Digits beyond any clock's meaning do not compress."""
    third = 1 / 3
    primitive = {"name": "rotate", "count": 1, "s": third, "samples_s": [third], "precision_bits": third}
    (record,) = back([made(latency__evaluate_s=third, latency__primitives=[primitive])])
    assert record.latency.evaluate_s == third
    (packed,) = record.latency.primitives or ()
    assert (packed.s, packed.samples_s, packed.precision_bits) == (0.3333, [0.3333], third)
