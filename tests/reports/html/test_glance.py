"""The best at a glance: secure records alone, among those whose times compare."""

from __future__ import annotations

from reports.html.conditions import groups
from reports.html.glance import Best, glances
from tests.reports.html.records import failing, insecure, made, processes


def test_neither_insecure_nor_failed_records_are_ranked() -> None:
    records = [
        insecure(latency__per_sample_s=0.001, memory__evaluator_peak_bytes=1),
        failing("failed", "wrong"),
        made(latency__per_sample_s=0.9),
        made(backend="pyfhel", latency__per_sample_s=0.8, ladder__precision_bits=2.0),
    ]
    (glance,) = glances(records, groups(records))
    assert (glance.records, glance.secure) == (4, 2)
    assert glance.best["throughput"].place == 3
    assert glance.best["precision"].place == 2
    assert 0 not in [best.place for best in glance.best.values()]


def test_what_nobody_measured_has_no_best() -> None:
    records = [made(latency__per_sample_s=None, latency__evaluate_s=None)]
    (glance,) = glances(records, groups(records))
    assert set(glance.best) == {"precision", "memory", "traffic"}


def test_other_threads_are_ranked_apart() -> None:
    records = [made(), made(environment__threads=2, latency__per_sample_s=0.1)]
    assert [glance.best["throughput"].place for glance in glances(records, groups(records))] == [0, 1]


def test_processes_are_ranked_by_their_median() -> None:
    """One process that was fast by chance makes no library the fastest."""
    records = [
        *processes([0.1, 0.9, 0.8], key="aa" * 32),
        *processes([0.7, 0.6, 0.65], key="bb" * 32, backend="pyfhel"),
    ]
    (glance,) = glances(records, groups(records))
    assert glance.best["throughput"] == Best(0.65, 5, 3)


def test_what_a_newer_key_supersedes_is_not_ranked() -> None:
    records = [made(latency__per_sample_s=0.1), made(latency__per_sample_s=0.5)]
    (glance,) = glances(records, groups(records))
    assert glance.best["throughput"] == Best(0.5, 1, 1)
