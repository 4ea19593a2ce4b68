"""Cells rank within their division alone."""

from __future__ import annotations

from typing import Any

from reports.divisions import Division, standings
from reports.html.glance import RANKINGS
from reports.record import Record
from tests.reports.html.records import failing, insecure, made

TIME, BITS = RANKINGS["throughput"], RANKINGS["precision"]


def places(records: list[Record], by: Any = TIME) -> dict[Division, list[tuple[str, float | None]]]:
    found = standings(records, by)
    return {
        one: [(place.record.backend, place.ratio) for place in places]
        for one, places in found.divisions.items()
    }


def test_the_fastest_is_first_and_the_others_are_so_many_times_slower() -> None:
    times = {"tenseal": 2.0, "pyfhel": 1.0, "openfhe": 3.0}
    found = places([made(backend=name, latency__per_sample_s=time) for name, time in times.items()])
    assert [*found.values()] == [[("pyfhel", 1.0), ("tenseal", 2.0), ("openfhe", 3.0)]]


def test_more_bits_are_better_and_have_no_ratio() -> None:
    found = places(
        [made(backend=name, ladder__precision_bits=bits) for name, bits in (("a", 12.0), ("b", 20.0))], BITS
    )
    assert [*found.values()] == [[("b", None), ("a", None)]]


def test_who_is_asked_what_is_insecure_and_other_threads_are_ranked_apart() -> None:
    apart = [
        made(backend="asked"),
        made(backend="alone", counts__round_trips=0),
        insecure(backend="toy"),
        made(backend="wide", environment__threads=2),
        made(backend="elsewhere", environment__cpu="another"),
    ]
    found = places(apart)
    assert [[name for name, _ in one] for one in found.values()] == [
        ["alone"], ["asked"], ["elsewhere"], ["wide"], ["toy"],
    ]  # fmt: skip
    assert [one.interactive for one in found] == [False, True, True, True, True]
    assert [one.secure for one in found] == [True, True, True, True, False]


def test_several_processes_of_the_newest_build_are_one_cell_by_their_median() -> None:
    old = made(key="1" * 64, latency__per_sample_s=1.0)
    new = [
        made(key="2" * 64, latency__per_sample_s=seconds, started_at=f"2026-11-24T04:45:0{number}Z")
        for number, seconds in enumerate((9.0, 5.0, 6.0))
    ]
    ((place,),) = standings([old, *new], TIME).divisions.values()
    assert (place.processes, place.value, place.record.latency.per_sample_s) == (3, 6.0, 6.0)


def test_what_has_no_time_comes_last_and_what_did_not_end_ok_is_named() -> None:
    untimed = made(backend="probed", latency__per_sample_s=None)
    found = standings([untimed, made(), failing("unsupported", "no such thing", backend="pyfhel")], TIME)
    ((first, last),) = found.divisions.values()
    assert (first.record.backend, last.record.backend, last.ratio) == ("tenseal", "probed", None)
    assert [record.backend for record in found.unfinished] == ["pyfhel"]


def test_what_failed_after_a_process_that_ended_ok_is_told_and_what_failed_before_it_is_not() -> None:
    at = {number: {"started_at": f"2026-11-24T04:45:0{number}Z", "key": "2" * 64} for number in (1, 2, 3)}
    before, after = failing("failed", "late", **at[1]), failing("failed", "wrong", **at[3])
    ((place,),) = standings([before, made(**at[2]), after], TIME).divisions.values()
    assert (place.processes, [record.reason for record in place.failed]) == (1, ["wrong"])
