"""A verdict says what it is about: what was not judged never passes in silence."""

from typing import Any
from xml.etree import ElementTree

import pytest

from reports.gate import markdown
from reports.gate.compare import Comparison, compare
from reports.gate.judged import tallies
from reports.gate.junit import to_junit
from reports.gate.rules import Rules
from reports.gate.verdicts import Subject, Verdict
from reports.record import Record
from tests.reports.processes import FAILED, of, processes, vary


def compared(record: Record, *required: Subject, **changes: Any) -> Comparison:
    after = processes(record, place=1, **changes)
    return compare(of(processes(record)), of(after), Rules(), required)


def test_times_of_another_cpu_are_named_in_the_verdict_and_do_not_pass(record: Record) -> None:
    """Three times slower elsewhere was "Gate: passed"."""
    found = compared(record, environment__cpu="another", latency__evaluate_s=180.0)
    assert found.passed
    verdict = markdown.headline(found)
    assert (
        verdict
        == "counts, sizes, precision and metrics passed; memory and times not judged: another CPU; "
        + ("labels not judged: the candidate's raw outputs are not beside its records")
    )
    assert markdown.gate(found).startswith(f"# Gate: {verdict}\n")
    assert "- memory and times not judged: another CPU\n" in markdown.compared(found)


def test_what_is_required_and_not_judged_fails_the_gate_by_name(record: Record) -> None:
    found = compared(record, Subject.TIMES, Subject.COUNTS, environment__cpu="another")
    assert not found.passed
    assert not found.of(Verdict.WORSE)
    text = markdown.gate(found)
    assert text.startswith("# Gate: times required and not judged; memory and times not judged: another CPU;")
    assert "## Required and not judged\n\n- times not judged: another CPU\n" in text


def test_what_is_required_and_judged_passes(record: Record) -> None:
    assert compared(record, Subject.COUNTS, Subject.SIZES, Subject.PRECISION, Subject.MEMORY).passed


def test_a_requirement_of_what_neither_side_measured_is_not_met(record: Record) -> None:
    plain = vary(record, {"memory": type(record.memory)(), "ladder.held_out": None})
    found = compared(plain, Subject.MEMORY)
    assert not found.passed
    assert "memory not judged: nothing of it is measured on both sides" in markdown.gate(found)


def test_a_part_that_is_not_judged_is_counted(record: Record) -> None:
    found = compared(record, ladder__layers=None)
    counts = next(one for one in tallies(found.findings) if one.subject is Subject.COUNTS)
    assert (counts.judged, counts.unjudged, counts.why) == (26, 2, "the baseline ran with --probes")
    assert "2 of 28 counts, 2 of 8 sizes and memory not judged: the baseline ran" in markdown.headline(found)


def test_what_only_the_candidate_counts_is_told_and_fails_no_requirement(record: Record) -> None:
    """A baseline that is older than a count does not hold it until it is accepted."""
    before = processes(record, counts__relinearisations=None)
    found = compare(of(before), of(processes(record, place=1)), Rules(), (Subject.COUNTS,))
    assert found.passed
    (one,) = (one for one in found.findings if one.measure == "counts.relinearisations")
    assert one.why == "only the candidate has it, and nothing holds it until it is accepted"
    assert f"- relinearisations: {one.why} ({record.cell})\n" in markdown.gate(found)


def test_a_program_that_takes_memory_for_its_model_where_it_took_none_is_a_regression(record: Record) -> None:
    """Null is none there, and 900 MB more than none have no ratio."""
    before = processes(record, memory__prepared_model_bytes=None)
    found = compare(of(before), of(processes(record, place=1)), Rules())
    (worse,) = found.of(Verdict.WORSE)
    assert (worse.measure, worse.before, worse.why) == ("memory.prepared_model_bytes", 0.0, "there was none")


@pytest.mark.parametrize(("changes", "kinds"), [
    ({}, {"failures": "0", "errors": "0", "skipped": "2"}),
    ({"environment__cpu": "another"}, {"failures": "0", "errors": "0", "skipped": "3"}),
    ({"counts__rotations": 1201}, {"failures": "1", "errors": "0", "skipped": "2"}),
    (FAILED, {"failures": "2", "errors": "0", "skipped": "0"}),
])  # fmt: skip
def test_junit_skips_what_was_not_judged(
    record: Record, changes: dict[str, Any], kinds: dict[str, str]
) -> None:
    (suite,) = ElementTree.fromstring(to_junit(compared(record, **changes)))
    assert {kind: suite.attrib[kind] for kind in kinds} == kinds
    assert suite.attrib["tests"] == str(len(suite))


def test_junit_fails_what_is_required_and_names_why(record: Record) -> None:
    (suite,) = ElementTree.fromstring(to_junit(compared(record, Subject.TIMES, environment__cpu="another")))
    messages = {one.attrib["name"]: [part.attrib["message"] for part in one] for one in suite}
    assert messages["required: times"] == ["times not judged: another CPU"]
    assert messages["times"] == ["times not judged: another CPU"]
    assert messages["counts"] == []
