"""Times: no false alarms, no missed slowdowns, and no verdict where the figures do not carry one."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from reports.costs import Evaluation, Latency, Primitive
from reports.errors import ReportError
from reports.gate.compare import compare
from reports.gate.rules import Rules, TimeRule
from reports.gate.times import Timed, judge_times, needed_at, times_tested
from reports.gate.verdicts import Finding, Verdict
from reports.measures import HOT, Kind, Measure
from reports.record import Record, Survival
from tests.reports.processes import of, processes
from tests.reports.simulated import BY_SPREAD, TYPICAL, enough, false_alarms, found

TIME = Measure("latency.evaluate_s", "evaluate", Kind.TIME, "s")


def spread_out(middle: float, count: int) -> list[float]:
    """Values 5 % around a middle, evenly and all different."""
    return [middle * (1 + 0.05 * (2 * index / (count - 1) - 1)) for index in range(count)]


def judged(before: list[float], after: list[float], tests: int = 1, **rule: Any) -> Finding:
    """The verdict on a time among equal others."""
    others = [
        Timed(f"other {index}", TIME, spread_out(1, 40), spread_out(1.001, 40)) for index in range(tests - 1)
    ]
    return judge_times([Timed("cell", TIME, before, after), *others], TimeRule(**rule))[0]


def test_equal_builds_are_not_flagged() -> None:
    """At most 1 % of pairs; `python -m tests.reports.simulated 10000` ran once and is in docs/gate.md."""
    assert false_alarms(300, seed=1) <= 6


def test_a_slowdown_of_a_tenth_is_found_with_the_number_that_is_said() -> None:
    """The time that takes the fewest processes, one in the middle, and a hard one."""
    measures = (BY_SPREAD[0], TYPICAL, BY_SPREAD[-10])
    assert [enough(measure) for measure in measures] == [20, 27, 39]
    for measure in measures:
        assert found(measure, 60, seed=2) >= 54


def test_a_slowdown_and_a_speedup() -> None:
    slower = judged(spread_out(1, 30), spread_out(1.1, 30), tests=20)
    assert slower.verdict is Verdict.WORSE
    assert slower.why.startswith("ratio 1.100 [1.0")
    assert slower.why.endswith("among 20")
    assert judged(spread_out(1.1, 30), spread_out(1, 30), tests=20).verdict is Verdict.BETTER


def test_a_difference_that_ranks_see_and_the_ratio_does_not_is_none() -> None:
    """A gate of ranks alone fails on 2 %, once there are enough processes."""
    values = [1 + index * 1e-5 for index in range(40)]
    assert judged(values, [1.02 * value for value in values]).verdict is Verdict.SAME


def test_a_ratio_without_ranks_is_no_difference() -> None:
    """A gate of ratios alone fails on a noisy machine."""
    random = np.random.default_rng(5)
    noisy = judged(list(random.lognormal(0, 1.0, 20)), list(1.2 * random.lognormal(0, 1.0, 20)))
    assert noisy.verdict is Verdict.NOT_COMPARABLE
    assert "too few" in noisy.why


def test_defect_8_too_few_to_be_significant_are_refused_with_the_number_that_is_needed() -> None:
    """Five against five among forty: the smallest p of ranks, 0.008, is never under 0.01 / 40."""
    found = judged(spread_out(1, 5), spread_out(1.1, 5), tests=40)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.why == (
        f"too few processes, 5 a side: at a spread of 4.2% a difference of 10% takes "
        f"{needed_at(0.042, 40, TimeRule())}; one of 21% would have been found"
    )
    assert (found.before, found.after) == (1.0, pytest.approx(1.1))


def test_five_against_five_find_a_time_that_doubled() -> None:
    assert judged(spread_out(1, 5), spread_out(2, 5), tests=40).verdict is Verdict.WORSE
    assert judged(spread_out(2, 5), spread_out(1, 5), tests=40).verdict is Verdict.BETTER


def test_one_process_a_side_says_how_many_it_takes() -> None:
    found = judged([1.0], [2.0])
    assert found.why == (
        "too few processes, 1 a side: at a spread of 5.0% a difference of 10% takes 14, and any at all 3"
    )


def test_where_no_time_can_be_tested_the_numbers_are_those_of_testing_all() -> None:
    """They were those of one test alone: 96 and 5 where 66 tests take 158 and 9."""
    restless = [list(np.random.default_rng(number).lognormal(0, 0.25, 10)) for number in range(66)]
    alone = judge_times([Timed(f"{one[0]}", TIME, one[:1], one[1:2]) for one in restless], TimeRule())
    number = needed_at(0.05, 66, TimeRule())
    assert {one.why.rpartition("%")[2] for one in alone} == {f" takes {number}, and any at all 3"}
    five = judge_times([Timed(f"{one[0]}", TIME, one[:5], one[5:]) for one in restless], TimeRule())
    assert {one.why.rpartition(", ")[2] for one in five} == {"and any at all 9"}


def test_two_processes_are_enough_where_ranks_can_reach_what_the_rules_ask() -> None:
    """A chance of a third is under one of a half."""
    assert judged([1.0, 1.1], [2.0, 2.1], significance=0.5).verdict is Verdict.WORSE


def test_few_processes_are_enough_for_a_large_difference_that_the_rules_ask_for() -> None:
    """Nothing under 50 % matters to who writes so, and three processes would have found that."""
    same = judged(spread_out(1, 3), spread_out(1.01, 3), tests=66, difference=2.0)
    assert same.verdict is Verdict.SAME
    assert judged(spread_out(1, 3), spread_out(1.01, 3), tests=66).verdict is Verdict.NOT_COMPARABLE


def test_those_that_cannot_be_significant_cost_the_others_nothing() -> None:
    many = [Timed(f"few {index}", TIME, [1.0], [1.1]) for index in range(1000)]
    full = Timed("cell", TIME, spread_out(1, 30), spread_out(1.1, 30))
    found = judge_times([full, *many], TimeRule())
    assert found[0].verdict is Verdict.WORSE
    assert found[0].why.endswith("among 1")


def test_uneven_sides_are_refused_and_never_significant() -> None:
    """pyperf's catch-all: unequal counts raised, were caught, and came out significant."""
    found = judged(spread_out(1, 30), spread_out(2, 29))
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.why.startswith("30 processes against 29, where both have to run equally often")


def test_the_same_is_said_only_where_a_difference_would_have_been_found() -> None:
    """Ten processes at 5 % find 20 %, and say nothing about 10 %."""
    random = np.random.default_rng(6)
    few = judged(list(random.lognormal(0, 0.05, 10)), list(random.lognormal(0, 0.05, 10)))
    assert few.verdict is Verdict.NOT_COMPARABLE
    many = judged(list(random.lognormal(0, 0.05, 40)), list(random.lognormal(0, 0.05, 40)))
    assert many.verdict is Verdict.SAME


def test_a_ratio_that_noise_explains_is_not_called_the_same() -> None:
    """Seen on a loaded machine: 11 % slower, p 0.01 after correction, and enough processes for the spread."""
    before, after = spread_out(1, 30), spread_out(1.1, 30)
    noisy = [*after[:20], *(0.5 + index / 1000 for index in range(5)), *after[25:]]
    found = judged([*before[:22], *(2 + index / 1000 for index in range(8))], noisy, tests=100)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert "too noisy to call it a difference or none, half of the processes took " in found.why


def test_a_gate_of_many_times_takes_more_processes(record: Record) -> None:
    """Twenty are not enough for a hundred times at 5 %."""
    assert [needed_at(0.05, tests, TimeRule()) for tests in (1, 10, 50, 100)] == [14, 18, 21, 22]
    candidate = of(processes(record))
    assert times_tested(candidate, TimeRule()) == 9
    assert times_tested(candidate, TimeRule(measures=("latency.primitives.*",))) == 1
    assert times_tested(of([]), TimeRule()) == 0


def test_a_time_of_nothing_has_no_ratio_and_any_time_is_more() -> None:
    """From 0 to 0.5 s was not comparable, and so passed."""
    for count in (1, 30):
        slower, faster = judged([0.0] * count, [0.5] * count), judged([0.5] * count, [0.0] * count)
        assert (slower.verdict, slower.why) == (Verdict.WORSE, "it took no time at all before")
        assert faster.verdict is Verdict.BETTER
        assert judged([0.0] * count, [0.0] * count).verdict is Verdict.SAME
        assert judged([0.0] * count, [1e-6] * count).verdict is Verdict.SAME


def test_a_stage_that_did_not_take_place_is_judged_on_any_machine(record: Record) -> None:
    before = processes(record, latency__round_trips_s=0.0)
    after = processes(record, place=1, latency__round_trips_s=0.5, environment__cpu="another")
    worse = compare(of(before), of(after), Rules()).of(Verdict.WORSE)
    assert [one.measure for one in worse] == ["latency.round_trips_s"]


def test_a_clock_that_stands_in_some_processes_alone_gives_a_verdict_by_ranks() -> None:
    values = [0.0, *spread_out(1, 29)]
    assert judged(values, [2 * value for value in values]).verdict is Verdict.WORSE


def slowed(record: Record, factor: float) -> Latency:
    """Stages, runs and primitives by a factor."""
    return record.latency.model_copy(
        update={
            "evaluate_s": 60.0 * factor,
            "runs": [
                Evaluation(cold=True, evaluate_s=60.0 * factor),
                *(Evaluation(cold=False, evaluate_s=noisy * factor) for noisy in (50.0, 90.0, 52.0)),
            ],
            "primitives": [Primitive(name="rotate", level=7, samples_s=[0.1 * factor, 0.3, 0.01])],
        }
    )


def both(record: Record, count: int, factor: float, **changes: Any) -> list[Finding]:
    """Two builds whose processes take turns, the second slower, each process a little different."""
    before, after = processes(record, count), processes(record, count, place=1, **changes)

    def paced(records: list[Record], factor: float) -> list[Record]:
        return [
            one.model_copy(update={"latency": slowed(record, factor * pace)})
            for one, pace in zip(records, np.random.default_rng(7).lognormal(0, 0.05, count), strict=True)
        ]

    found = compare(of(paced(before, 1.0)), of(paced(after, factor)), Rules())
    return [finding for finding in found.findings if finding.unit == "s"]


def test_from_records_the_unit_is_a_process(record: Record) -> None:
    findings = {finding.measure: finding for finding in both(record, 30, 1.1)}
    for name in ("latency.evaluate_s", HOT.name, "latency.primitives.rotate@7"):
        assert findings[name].verdict is Verdict.WORSE
    assert findings["latency.evaluate_s"].why.endswith("among 9")  # times, whatever their runs
    assert findings["latency.keygen_s"].verdict is Verdict.SAME
    assert "latency.per_sample_s" not in findings


def test_times_of_another_machine_are_not_comparable_and_it_is_named(record: Record) -> None:
    for finding in both(record, 30, 2.0, environment__threads=2):
        assert finding.verdict is Verdict.NOT_COMPARABLE
        assert finding.why == "another machine (threads: 1 and 2)"


def test_times_that_hold_a_stop_are_not_comparable(record: Record) -> None:
    """Else an evaluator that stood still would be called slow, and the other build fast."""
    for finding in both(record, 30, 2.0, environment__stopped_s=0.1):
        assert finding.verdict is Verdict.NOT_COMPARABLE
        assert finding.why.startswith("a party was stopped by a signal for 0.1 s, ")


def test_times_that_processor_seconds_do_not_fill_are_not_comparable(record: Record) -> None:
    (stage,) = record.latency.stages or []
    idle = stage.model_copy(update={"user_s": 23.0, "idle_s": 30.0})
    stalled = record.model_copy(update={"latency": record.latency.model_copy(update={"stages": [idle]})})
    for finding in both(stalled, 30, 1.0):
        assert finding.verdict is Verdict.NOT_COMPARABLE
        assert finding.why.startswith("the evaluator used no processor for ")
        assert finding.why.endswith("; so in 60 processes")


def test_times_in_pieces_are_not_comparable(record: Record) -> None:
    """Half of such an evaluation is by a process that died, and what was begun again is in no figure."""
    survived = Survival(
        restarts=1, lost_s=2.0, journalled_batches=0, key_sets=1, checkpoints=3, checkpoints_s=0.5
    )
    for finding in both(record, 30, 2.0, survival=survived):
        assert finding.verdict is Verdict.NOT_COMPARABLE
        assert finding.why.startswith("a party died, and another went on, ")


def test_sides_that_ran_one_after_the_other_are_not_comparable(record: Record) -> None:
    """A machine that slows down in between is not a regression."""
    later = [
        one.model_copy(
            update={"started_at": one.started_at + timedelta(days=1), "latency": slowed(record, 1.2)}
        )
        for one in processes(record, 30, place=1)
    ]
    found = compare(of(processes(record, 30, latency=slowed(record, 1.0))), of(later), Rules())
    assert found.passed
    (evaluate,) = (one for one in found.findings if one.measure == "latency.evaluate_s")
    assert evaluate.verdict is Verdict.NOT_COMPARABLE
    assert "30 processes of one side ran in a row" in evaluate.why


def test_only_the_times_that_the_rules_name_are_judged(record: Record) -> None:
    rules = Rules(time=TimeRule(measures=("latency.primitives.*",)))
    found = compare(of(processes(record)), of(processes(record, place=1)), rules)
    names = [one.measure for one in found.findings if one.measure.startswith("latency.")]
    assert "latency.primitives.rotations@7" in names
    assert not [name for name in names if not name.startswith("latency.primitives.")]


def test_a_pattern_that_names_no_time_is_refused(record: Record) -> None:
    """A slip of the pen would judge none, and pass."""
    rules = Rules(time=TimeRule(measures=("latency.evaluate_s", "latency.primitve.*")))
    with pytest.raises(ReportError, match=r"no time is called latency\.primitve\.\* as time\.measures"):
        compare(of(processes(record)), of(processes(record, place=1)), rules)


@pytest.mark.parametrize("order", ["ABBA", "ABAB", "BAAB"])
def test_any_order_of_turns_will_do(record: Record, order: str) -> None:
    began = processes(record, len(order))
    sides = {
        name: of([one for one, at in zip(began, order, strict=True) if at == name]) for name in ("A", "B")
    }
    found = compare(sides["A"], sides["B"], Rules())
    (evaluate,) = (one for one in found.findings if one.measure == "latency.evaluate_s")
    assert "too few" in evaluate.why
