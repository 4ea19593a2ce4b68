"""Processes of one key stand for one answer, and a newer key supersedes an older one."""

from __future__ import annotations

import pytest

from reports.html.conditions import groups
from reports.html.processes import Ranked, newest, ranked
from reports.html.rows import index
from reports.record import Record
from tests.reports.html.records import failing, insecure, made, processes

KEY, OTHER = "aa" * 32, "bb" * 32


def by_time(records: list[Record]) -> list[Ranked]:
    return ranked(records, groups(records), lambda record: (record.latency.per_sample_s,))


def newest_of(records: list[Record]) -> list[bool]:
    return newest(records, groups(records))


def on_front(records: list[Record]) -> list[bool]:
    found = index(records, groups(records), {})
    place = found["columns"].index("derived.front")
    return [row[place] for row in found["rows"]]


@pytest.mark.parametrize(("times", "median", "middle"), [([3.0, 1.0, 2.0], 2.0, 2), ([1.0, 3.0], 2.0, 0)])
def test_the_median_of_all_processes_and_the_one_that_is_nearest(
    times: list[float], median: float, middle: int
) -> None:
    (found,) = by_time(processes(times, key=KEY))
    assert found == Ranked(1, list(range(len(times))), (median,), middle)


def test_an_older_key_is_superseded_where_the_newer_has_the_measure() -> None:
    older, newer = made(key=KEY, latency__per_sample_s=0.1), made(key=OTHER, latency__per_sample_s=0.5)
    assert [one.medians for one in by_time([older, newer])] == [(0.5,)]
    probed = made(key=OTHER, latency__per_sample_s=None)
    assert [one.medians for one in by_time([older, probed])] == [(0.1,)]
    assert [one.places for one in by_time([newer, older, newer])] == [[0, 2]]


def test_a_run_with_probes_is_ranked_only_where_no_other_has_the_measure() -> None:
    """It holds every layer's values, and so takes more memory than the cell needs."""
    timed = made(key=KEY, ladder__layers=None, memory__evaluator_peak_bytes=1)
    probed = made(key=OTHER, memory__evaluator_peak_bytes=5)
    for records, ranked_places in (([timed, probed], [0]), ([probed, timed], [1]), ([probed], [0])):
        (found,) = ranked(records, groups(records), lambda record: (record.memory.evaluator_peak_bytes,))
        assert found.places == ranked_places
    without = made(key=KEY, ladder__layers=None, ladder__precision_bits=None)
    records = [without, probed]
    (found,) = ranked(records, groups(records), lambda record: (record.ladder.precision_bits,))
    assert found.places == [1]


def test_insecure_records_and_what_failed_are_not_ranked() -> None:
    assert by_time([insecure(), failing("failed", "no")]) == []


def test_the_front_is_of_medians_and_of_the_newest() -> None:
    lucky = processes([0.1, 5.0, 5.0], key=KEY)
    steady = processes([1.0, 1.0, 1.0], key=OTHER, backend="pyfhel")
    assert on_front([*lucky, *steady]) == [False] * 3 + [True] * 3
    superseded = made(key=KEY, latency__per_sample_s=0.1, ladder__precision_bits=30.0)
    assert on_front([superseded, made(key=OTHER)]) == [False, True]


def test_all_processes_of_the_newest_key_are_shown() -> None:
    assert newest_of([made(key=KEY), *processes([1.0, 2.0], key=OTHER)]) == [False, True, True]


def test_a_run_with_probes_and_one_with_times_do_not_supersede_each_other() -> None:
    timed = made(key=KEY, ladder__layers=None)
    assert newest_of([timed, made(key=OTHER, latency__per_sample_s=None)]) == [True, True]


def test_a_failure_is_shown_until_another_run_ends_ok() -> None:
    failed = failing("failed", "no", key=KEY)
    assert newest_of([made(key=KEY), failed]) == [True, True]
    assert newest_of([failed, made(key=KEY)]) == [True, True]  # a process of the same run
    assert newest_of([failed, made(key=OTHER, run_id="20261124T044500Z-a1b2c3")]) == [False, True]
