"""A stall is no speed: times that processor seconds do not fill rank no cell."""

from __future__ import annotations

import pytest

from reports.costs import StageCost
from reports.distorted import distorted, stalls
from reports.divisions import standings
from reports.html.derived import sample_s
from reports.html.glance import RANKINGS, glances
from reports.record import Record
from tests.reports.processes import vary

#: The evaluation of `suites/toy.yaml` on TenSEAL with round trips as it was measured where two cores were
#: others' too, and there again while a signal stopped the evaluator for 3 s.
BUSY = ("evaluate", "evaluator", 11.769, 0.269, 2.127, 0.028, 6, 958)
STOPPED = ("evaluate", "evaluator", 17.793, 0.628, 2.174, 0.032, 7, 1197)
#: The first without what nothing fills: the same work and waits, and nobody who takes the processor.
QUIET = ("evaluate", "evaluator", 0.269 + 2.127 + 0.028, 0.269, 2.127, 0.028, 6, 0)


def with_idle(record: Record, seconds: float | None, stopped_s: float | None = 0.0) -> Record:
    """A record from before stages were told, of 60 s: so many without a processor or stopped."""
    return record.model_copy(
        update={
            "latency": record.latency.model_copy(update={"evaluate_idle_s": seconds, "stages": None}),
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


def cost(
    stage: str,
    party: str,
    wall_s: float,
    waited_s: float,
    user_s: float,
    system_s: float,
    voluntary: int,
    involuntary: int,
) -> StageCost:
    """What a party spent in a stage, and so what nothing fills."""
    times = {"wall_s": wall_s, "waited_s": waited_s, "user_s": user_s, "system_s": system_s}
    idle = {"idle_s": max(0.0, wall_s - waited_s - user_s - system_s)}
    switches = {"voluntary_switches": voluntary, "involuntary_switches": involuntary}
    return StageCost.model_validate({"stage": stage, "party": party, **times, **idle, **switches})


def having(record: Record, *stages: StageCost, stopped_s: float = 0.0) -> Record:
    """A record of an evaluation with these stages."""
    changes = {"latency.stages": list(stages), "latency.primitives": None, "environment.stopped_s": stopped_s}
    return vary(record, changes)


def test_a_busy_machine_is_told_with_stage_and_figures(record: Record) -> None:
    assert distorted(having(record, cost(*BUSY))) == (
        "the evaluator used no processor for 9.3 of 11.5 s of evaluate (6 voluntary and 958 involuntary "
        "context switches), so its times hold a stall"
    )


def test_an_evaluation_that_was_alone_is_ranked(record: Record) -> None:
    fine = having(record, cost(*QUIET))
    assert (stalls(fine), distorted(fine)) == ([], None)
    assert sample_s(fine) == record.latency.per_sample_s


def test_waiting_for_the_other_party_is_no_stall(record: Record) -> None:
    """Round trips over a slow network, in which the evaluator does nothing for nearly all of its time."""
    waited = cost("evaluate", "evaluator", 600.0, 590.0, 9.5, 0.25, 120, 4)
    assert distorted(having(record, waited)) is None
    held = cost("evaluate", "evaluator", 600.0, 590.0, 8.0, 0.5, 120, 4)
    assert str(distorted(having(record, held))).startswith(
        "the evaluator used no processor for 1.5 of 10.0 s of evaluate (120 voluntary"
    )


@pytest.mark.parametrize("stage", ["keys", "load", "model"])
def test_waiting_for_a_file_is_a_stall_only_where_no_file_is_the_work(record: Record, stage: str) -> None:
    """Gigabytes of keys from a disk: the party gives its processor up again and again."""
    read = (stage, "evaluator", 30.0, 0.0, 4.0, 6.0, 9000, 40)
    assert distorted(having(record, cost(*read))) is None
    assert distorted(having(record, cost("evaluate", *read[1:]))) is not None
    taken = cost(*read[:6], 40, 9000)
    assert f"20.0 of 30.0 s of {stage} (40 voluntary" in str(distorted(having(record, taken)))


def test_primitives_measured_one_by_one_read_and_write_files_in_every_stage(record: Record) -> None:
    def alone(voluntary: int, involuntary: int) -> Record:
        stage = cost("evaluate", "evaluator", 30.0, 0.0, 20.0, 2.0, voluntary, involuntary)
        return vary(having(record, stage), {"latency.primitives": record.latency.primitives})

    assert all(one.samples_s for one in record.latency.primitives or [])
    assert distorted(alone(90, 80)) is None
    assert distorted(alone(80, 90)) is not None


def test_a_stop_is_told_with_the_stage_that_it_was_in_whatever_that_works_on(record: Record) -> None:
    computing, loading = cost(*QUIET), cost("load", "evaluator", 3.8, 0.0, 0.5, 0.25, 5, 1)
    assert distorted(having(record, computing, loading, stopped_s=3.0)) == (
        "a party was stopped by a signal for 3.0 s, which its times hold: the evaluator used no processor "
        "for 3.0 of 3.8 s of load (5 voluntary and 1 involuntary context switches)"
    )
    assert "of evaluate (" in str(distorted(having(record, cost(*STOPPED), stopped_s=3.0)))


def test_a_key_owner_and_an_evaluation_after_the_first_are_held_to_the_same_rule(record: Record) -> None:
    """A gate judges hot evaluations and the times of both parties."""
    hot = cost("repeats", "evaluator", 8.0, 0.0, 6.0, 0.0, 0, 50)
    encrypting = cost("encrypt", "key_owner", 2.0, 0.0, 0.5, 0.0, 0, 50)
    again = cost("decrypt", "key_owner", 2.0, 0.0, 1.0, 0.0, 0, 50)
    assert [(one.stage, one.idle_s) for one in stalls(having(record, encrypting, again, hot))] == [
        ("repeats", 2.0),
        ("encrypt", 1.5),
        ("decrypt", 1.0),
    ]
    assert "of encrypt (0 voluntary and 50 involuntary context switches), likewise in 1 more, so" in str(
        distorted(having(record, encrypting, again, hot))
    )


def test_what_is_too_short_to_tell_is_no_stall(record: Record) -> None:
    assert distorted(having(record, cost("encrypt", "key_owner", 0.11, 0.0, 0.01, 0.0, 0, 50))) is None
