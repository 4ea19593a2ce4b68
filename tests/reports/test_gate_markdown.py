"""Verdicts in Markdown: values in their units, nothing from a file taken for markup."""

from math import inf

import pytest

from reports.figures import Unit
from reports.gate.compare import Comparison
from reports.gate.markdown import NAMED, gate, value
from reports.gate.verdicts import Finding, Verdict


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (1200.0, Unit.COUNT, "1200"),
        (0.98, Unit.METRIC, "0.98"),
        (8.7e9, Unit.BYTES, "8.700 GB"),
        (58, Unit.BYTES, "58 B"),
        (15.5, Unit.BITS, "15.50 bits"),
        (inf, Unit.BITS, "exact"),
        (60.0, Unit.SECONDS, "60.00 s"),
        (0.0000034, Unit.SECONDS, "3.400 µs"),
        (3, Unit.FLIPPED, "3 flipped"),
        ("failed", Unit.NUMBER, "failed"),
        (None, Unit.BYTES, "–"),
    ],
)
def test_values(number: float | str | None, unit: Unit, shown: str) -> None:
    assert value(number, unit) == shown


def test_a_gate_that_passed_and_one_that_did_not() -> None:
    same = Finding("a/b/c/d/e", "status", "status", Verdict.SAME)
    worse = Finding("a/b/c/d/e", "counts.rotations", "rotations", Verdict.WORSE, "1 more, and exact", 3, 4)
    assert gate(Comparison((same,), ("a/b/c/d/e",))).startswith(
        "# Gate: passed\n\n1 cell: 0 better, 0 worse, 1 same, 0 not comparable, 0 new.\n"
    )
    text = gate(Comparison((same, worse, worse), ("a/b/c/d/e",), ("records.jsonl:2: damaged",)))
    assert text.startswith("# Gate: 2 regressions, 1 refused\n")
    assert "| a/b/c/d/e | rotations | 3 | 4 | 1 more, and exact |" in text
    assert "- records.jsonl:2: damaged" in text
    assert "accept" not in text


def test_cells_that_failed_on_both_sides_are_listed_whatever_the_verdict() -> None:
    def status(cell: str, before: str | None, after: str | None) -> Finding:
        return Finding(cell, "status", "status", Verdict.SAME, "too slow", before, after)

    findings = (
        status("well", "ok", "ok"),
        status("ill", "failed", "timed_out"),
        status("unable", "unsupported", "unsupported"),
        status("new", None, "failed"),
    )
    text = gate(Comparison(findings, ("well",)))
    assert text.startswith("# Gate: passed\n")
    section = text.partition("## Failed on both sides, and not compared\n\n")[2].partition("\n\n")[0]
    assert section.strip() == "- ill: failed, then timed_out: too slow"


def test_where_nothing_finished_it_is_said() -> None:
    assert gate(Comparison(())).startswith("# Gate: no cell finished on both sides\n")


def test_names_and_reasons_from_files_are_text() -> None:
    bad = Finding("a|b`c", "status", "status", Verdict.WORSE, "<img src=x onerror=alert(1)>\n# no heading")
    row = gate(Comparison((bad,), refused=("<b>",))).splitlines()
    assert "| a\\|b'c | status | – | – | &lt;img src=x onerror=alert(1)&gt; # no heading |" in row
    assert "- &lt;b&gt;" in row


def test_measures_that_share_a_reason_share_a_line() -> None:
    many = tuple(
        Finding("cell", f"m{number}", f"m{number}", Verdict.NOT_COMPARABLE, "another machine")
        for number in range(NAMED + 3)
    )
    (line,) = (line for line in gate(Comparison(many)).splitlines() if line.startswith("- "))
    assert line.endswith(f"m{NAMED - 1}; and 3 more: another machine (cell)")
