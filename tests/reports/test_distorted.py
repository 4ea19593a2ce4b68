"""A stall is no speed: times that processor seconds do not fill rank no cell."""

from __future__ import annotations

import pytest

from reports.distorted import distorted
from reports.divisions import standings
from reports.html.derived import sample_s
from reports.html.glance import RANKINGS, glances
from reports.record import Record


def with_idle(record: Record, seconds: float | None, stopped_s: float | None = 0.0) -> Record:
    """A record of 60 s of evaluation, with so many without a processor or stopped."""
    return record.model_copy(
        update={
            "latency": record.latency.model_copy(update={"evaluate_idle_s": seconds}),
            "environment": record.environment.model_copy(update={"stopped_s": stopped_s}),
        }
    )


@pytest.mark.parametrize("seconds", [None, 0.0, 5.9])
def test_little_or_nothing_known_is_no_stall(record: Record, seconds: float | None) -> None:
    fine = with_idle(record, seconds, None)
    assert distorted(fine) is None
    assert sample_s(fine) == record.latency.per_sample_s


def test_a_stop_and_a_wait_are_told_and_rank_nothing(record: Record) -> None:
    stopped, waited = with_idle(record, 0.0, 3.0), with_idle(record, 6.1)
    assert distorted(stopped) == "a party was stopped by a signal for 3.0 s, which its times hold"
    assert str(distorted(waited)).startswith(
        "the evaluator used no processor for 6.1 of 60.0 s of evaluate, "
    )
    assert sample_s(stopped) is sample_s(waited) is None


def test_a_stalled_record_is_first_in_no_ranking_of_times_and_keeps_its_precision(record: Record) -> None:
    stalled = with_idle(record, 50.0)
    (best,) = (one.best for one in glances([stalled], [0]))
    assert not {"throughput", "waiting"} & best.keys()
    assert "precision" in best
    (places,) = standings([stalled], RANKINGS["throughput"]).divisions.values()
    assert [place.value for place in places] == [None]
    (places,) = standings([record], RANKINGS["throughput"]).divisions.values()
    assert places[0].value is not None
