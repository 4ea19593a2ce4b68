"""What one process a side decides: every exact rule finds what it is for, and nothing else."""

from typing import Any

import pytest

from reports.costs import Primitive
from reports.gate.compare import Comparison, compare
from reports.gate.rules import Rules
from reports.gate.verdicts import Finding, Verdict
from reports.ladder import Ladder
from reports.record import Record, SecurityBlock, Status
from tests.reports.processes import FAILED, of, processes, vary

CELL = "vit_tiny/digits/tenseal/n14_first48_scale40_depth8_digits9/"


def compared(record: Record, rules: Rules | None = None, **changes: Any) -> Comparison:
    """A record against itself with changes."""
    return compare(of(processes(record)), of(processes(record, place=1, **changes)), rules or Rules())


def only(comparison: Comparison, verdict: Verdict) -> Finding:
    (finding,) = comparison.of(verdict)
    return finding


def test_nothing_changed_is_the_same(record: Record) -> None:
    found = compared(record)
    assert found.passed
    assert not found.of(Verdict.BETTER)
    assert not found.of(Verdict.NEW)
    assert {finding.measure for finding in found.of(Verdict.SAME)} >= {
        "status",
        "security.secure",
        "counts.rotations",
        "ladder.precision_bits",
        "memory.evaluator_peak_bytes",
    }


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("counts.rotations", 1201),
        ("counts.bootstraps", 1),
        ("counts.bootstraps_planned", 1),
        ("counts.round_trips", 7),
        ("counts.levels_used", 25),
        ("counts.levels_after_refresh", 7),
        ("counts.ct_ct", 97),
        ("counts.relinearisations", 500),
        ("counts.drops", 51),
        ("counts.additions", 2401),
        ("counts.negations", 4),
        ("counts.conjugations", 1),
        ("counts.library.ct_pt", 2099),
        ("wire.messages", 15),
        ("wire.to_evaluator_bytes", 838_400_001),
        ("memory.rotation_keys_bytes", 808_000_001),
        ("memory.evaluator_peak_bytes", 2_640_000_001),
        ("ladder.logit_error_mean", 8e-5),  # two bits
        ("ladder.polynomial", 0.97),
        ("ladder.held_out.polynomial", 0.97),
        ("counts.rotations", None),
        ("ladder.logit_error_mean", None),
    ],
)
def test_a_loss_is_a_regression(record: Record, measure: str, value: object) -> None:
    """One extra rotation, one more bootstrap, two lost bits: every time, and nothing beside them."""
    found = compared(record, **{measure.replace(".", "__"): value})
    assert only(found, Verdict.WORSE).measure == measure
    assert not found.passed


@pytest.mark.parametrize(
    ("metric", "before", "kept", "lost"),
    [
        ("accuracy", 0.98, 0.976, 0.974),
        ("perplexity", 8.0, 8.03, 8.05),
        ("cross_entropy", 2.0, 2.004, 2.006),
        ("correlation", 0.9, 0.896, 0.894),
    ],
)
def test_every_metric_is_held_to_its_own_loss(
    record: Record, metric: str, before: float, kept: float, lost: float
) -> None:
    old = vary(record, {"ladder.metric": metric, "ladder.polynomial": before})
    for after, worse in ((kept, False), (lost, True)):
        found = compared(old, **{"ladder.polynomial": after})
        assert [one.measure for one in found.of(Verdict.WORSE)] == ["ladder.polynomial"] * worse


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("counts.rotations", 1199),
        ("counts.levels_after_refresh", 9),
        ("wire.messages", 13),
        ("memory.rotation_keys_bytes", 700_000_000),
        ("memory.evaluator_peak_bytes", 2_000_000_000),
        ("ladder.logit_error_mean", 5e-6),
    ],
)
def test_a_gain_is_reported_and_no_failure(record: Record, measure: str, value: object) -> None:
    found = compared(record, **{measure.replace(".", "__"): value})
    assert only(found, Verdict.BETTER).measure == measure
    assert found.passed


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("wire.to_evaluator_bytes", 838_000_000),
        ("memory.evaluator_peak_bytes", 2_600_000_000),
        ("memory.prepared_model_bytes", 907_000_000),
        ("ladder.logit_error_mean", 3.5e-5),
        ("ladder.polynomial", 0.976),
        ("ladder.encrypted", 0.9),  # its labels and bits decide
        ("latency.per_sample_s", 9.0),
    ],
)
def test_what_varies_by_itself_is_no_difference(record: Record, measure: str, value: object) -> None:
    found = compared(record, **{measure.replace(".", "__"): value})
    assert found.passed
    assert not found.of(Verdict.BETTER)


@pytest.mark.parametrize(
    "measure",
    [
        "wire.to_evaluator_bytes",
        "memory.rotation_keys_bytes",
        "memory.ciphertexts_out_bytes",
        "memory.evaluator_peak_bytes",
    ],
)
def test_what_is_no_longer_measured_is_a_regression_on_any_machine(record: Record, measure: str) -> None:
    found = compared(record, environment__cpu="another", **{measure.replace(".", "__"): None})
    lost = only(found, Verdict.WORSE)
    assert (lost.measure, lost.why, lost.after) == (measure, "no longer measured", None)


def test_what_a_program_does_without_is_no_loss(record: Record) -> None:
    """No rotations, no keys for them; and a small model may fit the memory that a process already had."""
    found = compared(
        record, counts__rotation_keys=0, memory__rotation_keys_bytes=None, memory__prepared_model_bytes=None
    )
    assert found.passed
    by_measure = {finding.measure: finding for finding in found.findings}
    assert by_measure["memory.rotation_keys_bytes"].why == "the candidate's program needs none"
    assert by_measure["memory.prepared_model_bytes"].why == "only the baseline has it"


ADD = Primitive(
    name="add",
    level=7,
    count=2,
    s=0.002,
    samples_s=[0.001, 0.001],
    precision_bits=24.0,
    mean_precision_bits=26.0,
)
ROTATE = Primitive(
    name="rotate",
    level=7,
    count=2,
    s=0.07,
    samples_s=[0.034, 0.036],
    precision_bits=25.0,
    mean_precision_bits=27.0,
    bytes=786432,
)
KEYS = Primitive(name="generate_rotation_keys", count=2, s=2.0, samples_s=[1.0, 1.0], bytes=5_000_000)


def of_primitives(record: Record, before: list[Primitive], after: list[Primitive]) -> Comparison:
    plain = vary(record, {"ladder.layers": None})
    measured = processes(plain, latency__primitives=before)
    return compare(of(measured), of(processes(plain, place=1, latency__primitives=after)), Rules())


def test_a_measured_primitive_that_vanishes_is_a_regression(record: Record) -> None:
    found = of_primitives(record, [ADD, ROTATE, KEYS], [ADD])
    lost = {finding.measure for finding in found.of(Verdict.WORSE)}
    place, key = "latency.primitives.rotate@7", "latency.primitives.generate_rotation_keys"
    bits = {f"{place}.precision_bits", f"{place}.mean_precision_bits"}
    assert lost == {place, *bits, f"{place}.bytes", key, f"{key}.bytes"}
    assert {finding.why for finding in found.of(Verdict.WORSE)} == {"no longer measured"}


def test_a_primitive_that_an_evaluation_no_longer_runs_at_a_level_is_none(record: Record) -> None:
    ran = [Primitive(name="rotate", level=level, count=3, s=1.0) for level in (6, 7)]
    found = of_primitives(record, ran, ran[:1])
    assert found.passed
    (gone,) = (one for one in found.findings if one.measure == "latency.primitives.rotate@7")
    assert (gone.verdict, gone.why) == (Verdict.NOT_COMPARABLE, "only the baseline has it")


def test_a_primitive_that_was_exact_and_errs_is_a_regression(record: Record) -> None:
    """The simulator's are exact: null bits that nothing was ever held to."""
    exact, poor = (
        ROTATE.model_copy(update={"precision_bits": bits, "mean_precision_bits": bits})
        for bits in (None, 20.0)
    )
    place = "latency.primitives.rotate@7"
    both = {f"{place}.precision_bits", f"{place}.mean_precision_bits"}
    lost, won = of_primitives(record, [exact], [poor]), of_primitives(record, [poor], [exact])
    assert {finding.measure for finding in lost.of(Verdict.WORSE)} == both
    assert {finding.measure for finding in won.of(Verdict.BETTER)} == both
    assert of_primitives(record, [exact, KEYS], [exact, KEYS]).passed


def test_times_that_a_run_with_probes_has_not_are_not_comparable_and_it_is_said(record: Record) -> None:
    untimed = record.latency.model_copy(
        update=dict.fromkeys(["evaluate_s", "per_sample_s", "layers", "course", "primitives", "runs"])
    )
    timed = processes(record, ladder__layers=None, latency__primitives=None)
    found = compare(of(timed), of(processes(record, place=1, latency=untimed)), Rules())
    assert found.passed
    by_measure = {finding.measure: finding for finding in found.findings}
    evaluate = by_measure["latency.evaluate_s"]
    assert evaluate.verdict is Verdict.NOT_COMPARABLE
    assert evaluate.why == "the candidate ran with --probes, and such a run is not timed"
    assert by_measure["latency.keygen_s"].why.startswith("too few processes")


def test_where_no_cell_finished_on_both_sides_nothing_passes(record: Record) -> None:
    """Sixty processes that all failed alike were once no regression."""
    for status in (Status.FAILED, Status.UNSUPPORTED):
        ended = {"status": status, "reason": "why"}
        found = compare(of(processes(record, **ended)), of(processes(record, 1, 1, **ended)), Rules())
        assert not found.of(Verdict.WORSE)
        assert not found.passed
    assert not compare(of([]), of(processes(record)), Rules()).passed
    assert not compare(of([]), of([]), Rules()).passed


def test_a_process_that_stands_twice_is_refused_and_counts_once(record: Record) -> None:
    """Doubled lines of a store halve every p, and so invent regressions."""
    twice = of([*processes(record, 3), *processes(record, 2)])
    assert len(twice.cells[record.cell].records) == 3
    found = compare(twice, of(processes(record, 3, place=1)), Rules())
    assert not found.passed
    assert found.refused == tuple(
        f"run run-0-{number} has one process of {record.cell} 2 times; keep one" for number in (0, 1)
    )


def test_a_few_pages_of_a_small_process_are_no_difference(record: Record) -> None:
    """A toy model of 1.9 MB that once took 2.1 MB failed a gate by its ratio alone."""
    before = processes(record, memory__prepared_model_bytes=1_900_000)
    for size, verdict in ((2_200_000, Verdict.SAME), (70_000_000, Verdict.WORSE)):
        found = compare(of(before), of(processes(record, 1, 1, memory__prepared_model_bytes=size)), Rules())
        (memory,) = (one for one in found.findings if one.measure == "memory.prepared_model_bytes")
        assert memory.verdict is verdict


def test_an_installation_whose_interpreters_take_more_is_no_regression(record: Record) -> None:
    """Four processes of a toy cell took 238 MB where its baseline was made, and 264 MB in a fresh clone."""
    before = processes(record, memory__together_peak_bytes=238_300_000)
    found = compare(of(before), of(processes(record, 1, 1, memory__together_peak_bytes=263_600_000)), Rules())
    (memory,) = (one for one in found.findings if one.measure == "memory.together_peak_bytes")
    assert memory.verdict is Verdict.SAME


def test_of_several_processes_the_worst_counts(record: Record) -> None:
    """One process of five that ran a rotation more is not outvoted."""
    after = processes(record, 4, place=1) + processes(record, 1, place=3, counts__rotations=1201)
    found = compare(of(processes(record, 5)), of(after), Rules())
    assert only(found, Verdict.WORSE).measure == "counts.rotations"


def test_a_cell_that_newly_fails_is_a_regression_with_its_reason(record: Record) -> None:
    found = only(compared(record, **FAILED), Verdict.WORSE)
    assert (found.measure, found.before, found.after) == ("status", "ok", "failed")
    assert found.why == "the result is wrong"


def test_one_process_of_several_that_fails_is_enough_and_its_run_is_named(record: Record) -> None:
    """Whoever tried again in the same folder has to know what to take out of it."""
    after = [*processes(record, 3, place=1), *processes(record, 1, place=9, **FAILED)]
    found = only(compare(of(processes(record, 3)), of(after), Rules()), Verdict.WORSE)
    assert (found.measure, found.why) == (
        "status",
        f"the result is wrong; 1 of 4 processes, in run {after[-1].run_id}",
    )


def test_a_failure_among_the_baselines_processes_excuses_no_other(record: Record) -> None:
    """A first try that failed beside one that was ok once made `failed` the standard of the cell."""
    before = [*processes(record, 1, **FAILED), *processes(record, 1, place=2)]
    all_fail = compare(of(before), of(processes(record, 1, place=5, **FAILED)), Rules())
    assert only(all_fail, Verdict.WORSE).measure == "status"
    half = [*processes(record, 1, place=5, **FAILED), *processes(record, 1, place=6)]
    assert compare(of(before), of(half), Rules()).passed
    assert only(compare(of(before), of(half[1:]), Rules()), Verdict.BETTER).measure == "status"


def test_what_only_some_processes_still_measure_is_a_regression(record: Record) -> None:
    """The other one's rotations may be any number."""
    silent = processes(record, 1, place=3, counts__rotations=None)
    found = only(
        compare(of(processes(record, 2)), of(processes(record, 1, place=1) + silent), Rules()), Verdict.WORSE
    )
    assert (found.measure, found.why) == ("counts.rotations", "no longer measured by 1 of 2 processes")


def test_levels_after_a_refresh_are_there_wherever_it_refreshes(record: Record) -> None:
    found = only(compared(record, counts__levels_after_refresh=None), Verdict.WORSE)
    assert (found.measure, found.why) == ("counts.levels_after_refresh", "no longer measured")


def test_one_process_on_both_sides_is_told_in_the_singular(record: Record) -> None:
    found = compare(of(processes(record, 1)), of(processes(record, 1)), Rules())
    assert found.notes[0].endswith("1 of its processes is on both sides, which does not compare builds")
    assert "1 process is on both sides" in {one.why for one in found.findings}


def test_a_process_on_both_sides_is_told(record: Record) -> None:
    found = compare(of(processes(record, 3)), of(processes(record, 3)), Rules())
    (note,) = found.notes
    assert note.endswith("3 of its processes are on both sides, which does not compare builds")
    (evaluate,) = (one for one in found.findings if one.measure == "latency.evaluate_s")
    assert (evaluate.verdict, evaluate.why) == (
        Verdict.NOT_COMPARABLE,
        "3 processes are on both sides",
    )


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Status.UNSUPPORTED, Status.FAILED, Verdict.WORSE),
        (Status.FAILED, Status.TIMED_OUT, Verdict.SAME),
        (Status.FAILED, Status.UNSUPPORTED, Verdict.BETTER),
        (Status.OUT_OF_MEMORY, Status.OK, Verdict.BETTER),
        (Status.OK, Status.UNSUPPORTED, Verdict.WORSE),
    ],
)
def test_standing(record: Record, before: Status, after: Status, verdict: Verdict) -> None:
    def ended(status: Status, place: int) -> list[Record]:
        reason = None if status is Status.OK else "why"
        return processes(record, place=place, status=status, reason=reason)

    found = compare(of(ended(before, 0)), of(ended(after, 1)), Rules())
    (standing,) = (finding for finding in found.findings if finding.measure == "status")
    assert standing.verdict is verdict


def test_a_cell_that_vanishes_is_a_regression_and_a_new_one_is_said(record: Record) -> None:
    other = processes(record, cell=CELL.replace("tenseal", "pyfhel") + "0123456789ab", backend="pyfhel")
    vanished = compare(of(processes(record) + other), of(processes(record)), Rules())
    assert only(vanished, Verdict.WORSE).why == "vanished"
    new = compare(of(processes(record)), of(processes(record) + other), Rules())
    assert only(new, Verdict.NEW).cell == other[0].cell
    assert new.passed


def test_a_cell_on_other_samples_is_another_question_and_that_is_said(record: Record) -> None:
    found = compared(record, cell=CELL + "fedcba987654")
    assert only(found, Verdict.WORSE).why == "vanished: the candidate has it on other samples"
    assert only(found, Verdict.NEW).cell.endswith("fedcba987654")


def test_insecure_where_it_was_secure_is_a_regression(record: Record) -> None:
    """Defect 13: a faster result at a modulus that no longer holds is not an improvement."""
    insecure = SecurityBlock(bits=None, log_n=14, log_qp=1552.0, secret="uniform_ternary")
    found = compared(record, security=insecure)
    assert {finding.measure for finding in found.of(Verdict.WORSE)} == {"security.secure", "security.bits"}


@pytest.mark.parametrize(("lost", "verdict"), [(3.9, Verdict.SAME), (4.1, Verdict.WORSE)])
def test_the_largest_error_may_swing_further_than_the_mean_one(
    record: Record, lost: float, verdict: Verdict
) -> None:
    found = compared(record, ladder__precision_bits=15.5 - lost, ladder__logit_error_max=1e-4 * 2**lost)
    by_measure = {finding.measure: finding.verdict for finding in found.findings}
    assert by_measure["ladder.precision_bits"] is verdict
    assert by_measure["ladder.logit_error_mean"] is Verdict.SAME
    assert found.passed is (verdict is Verdict.SAME)


def test_a_result_that_is_no_longer_decrypted_is_a_regression(record: Record) -> None:
    found = compared(record, ladder__precision_bits=None)
    lost = {finding.measure: finding.why for finding in found.of(Verdict.WORSE)}
    assert lost == dict.fromkeys(["ladder.precision_bits", "ladder.logit_error_mean"], "no longer measured")


def test_bits_beyond_rounding_are_no_difference_and_an_exact_result_has_them(record: Record) -> None:
    exact = Ladder(logit_error_max=0.0, label_agreement=1.0)
    before = of(processes(record, ladder=exact))
    for bits, verdict in ((47.0, Verdict.SAME), (43.9, Verdict.WORSE)):
        ladder = Ladder(logit_error_max=1e-9, logit_error_mean=1e-9, label_agreement=1.0, precision_bits=bits)
        found = compare(before, of(processes(record, place=1, ladder=ladder)), Rules())
        (precision,) = (one for one in found.findings if one.measure == "ladder.logit_error_mean")
        assert precision.verdict is verdict


def test_a_program_without_refreshes_has_no_levels_after_them(record: Record) -> None:
    found = compared(record, counts__levels_after_refresh=None, counts__round_trips=0, counts__bootstraps=0)
    assert found.passed
    assert only(found, Verdict.BETTER).measure == "counts.round_trips"


def test_memory_of_another_machine_is_not_compared_and_counts_are(record: Record) -> None:
    found = compared(
        record, environment__cpu="another", memory__evaluator_peak_bytes=9**12, counts__rotations=1201
    )
    assert only(found, Verdict.WORSE).measure == "counts.rotations"
    (memory,) = (one for one in found.findings if one.measure == "memory.evaluator_peak_bytes")
    assert memory.verdict is Verdict.NOT_COMPARABLE
    assert memory.why == "another machine (cpu: a processor and another)"


def test_records_of_older_builds_are_left_out_and_counted(record: Record) -> None:
    """Defect 7: what an older build found never counts for this one."""
    older = processes(record, 3, key="cd" * 32, counts__rotations=1300)
    newer = [vary(one, {"counts.rotations": 1200}) for one in processes(record, 2, place=9)]
    found = compare(of(older + newer), of(processes(record, 2, place=10)), Rules())
    assert found.passed
    assert "left out of the baseline, being of older builds or other settings: 3 record(s)" in found.notes


def test_another_library_is_part_of_the_build_and_said(record: Record) -> None:
    found = compared(record, environment__libraries={"tenseal": "0.3.17"})
    assert found.passed
    (note,) = found.notes
    assert note.endswith("the builds differ in more than their code (tenseal: 0.3.18 and 0.3.17)")


def test_rules_decide_how_much_may_be_lost(record: Record) -> None:
    strict = Rules.model_validate({"bits": {"lost": 0.25, "lost_by_largest": 0.5}, "size": {"ratio": 1.0}})
    found = compared(
        record,
        strict,
        ladder__precision_bits=14.9,
        wire__to_evaluator_bytes=830_000_001,
    )
    worse = {finding.measure for finding in found.of(Verdict.WORSE)}
    assert worse == {"ladder.precision_bits", "ladder.logit_error_mean", "wire.to_evaluator_bytes"}
