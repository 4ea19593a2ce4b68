"""The best at a glance: secure records alone, among those whose times compare."""

from __future__ import annotations

from reports.html.conditions import groups
from reports.html.glance import glances
from tests.reports.html.records import failing, insecure, made


def test_neither_insecure_nor_failed_records_are_ranked() -> None:
    records = [
        insecure(latency__per_sample_s=0.001, memory__evaluator_peak_bytes=1),
        failing("failed", "wrong"),
        made(latency__per_sample_s=0.9),
        made(backend="pyfhel", latency__per_sample_s=0.8, ladder__precision_bits=2.0),
    ]
    (glance,) = glances(records, groups(records))
    assert (glance.records, glance.secure) == (4, 2)
    assert glance.best["throughput"] == 3
    assert glance.best["precision"] == 2
    assert 0 not in glance.best.values()


def test_what_nobody_measured_has_no_best() -> None:
    records = [made(latency__per_sample_s=None, latency__evaluate_s=None)]
    (glance,) = glances(records, groups(records))
    assert set(glance.best) == {"precision", "memory", "traffic"}


def test_other_threads_are_ranked_apart() -> None:
    records = [made(), made(environment__threads=2, latency__per_sample_s=0.1)]
    assert [glance.best["throughput"] for glance in glances(records, groups(records))] == [0, 1]
