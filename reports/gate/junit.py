"""A gate's verdict as JUnit XML, the form that continuous integration services draw.

A test is one subject of one cell: it fails where a measure got worse, and is skipped where none was judged or
where some were not, with the reason. What is required and was not judged is a failure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from reports.exports.junit import legal
from reports.gate.compare import Comparison
from reports.gate.judged import tallies, unjudged
from reports.gate.verdicts import Finding, Subject, Verdict

#: What is always judged, and files that cannot be read.
STANDING, REFUSED = "status and security", "records that can be read"


class Test(NamedTuple):
    """One test.

    Attributes:
        classname: the cell's, or the gate's own.
        name: what is judged.
        element: `failure`, `error` or `skipped`; None where it passed.
        why: what it says.
    """

    classname: str
    name: str
    element: str | None = None
    why: str = ""


def to_junit(comparison: Comparison) -> str:
    """The verdicts of a gate."""
    tests = list(_tests(comparison))
    count = {kind: str(sum(one.element == kind for one in tests)) for kind in ("failure", "error", "skipped")}
    attributes = {
        "name": "gate",
        "tests": str(len(tests)),
        "failures": count["failure"],
        "errors": count["error"],
        "skipped": count["skipped"],
    }
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for one in tests:
        names = {"classname": legal(one.classname), "name": legal(one.name), "time": "0"}
        test = ElementTree.SubElement(suite, "testcase", names)
        if one.element is not None:
            ElementTree.SubElement(test, one.element, {"message": legal(one.why)})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _tests(comparison: Comparison) -> Iterator[Test]:
    for why in comparison.refused:
        yield Test("gate", REFUSED, "error", why)
    if not comparison.finished:
        yield Test("gate", "cells", "failure", "no cell finished on both sides")
    for one in comparison.unmet:
        yield Test("gate", f"required: {one.subject.value}", "failure", "; ".join(unjudged([one])))
    by_cell: dict[str, dict[Subject | None, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in comparison.findings:
        by_cell[finding.cell][finding.subject].append(finding)
    for cell, subjects in by_cell.items():
        for subject, found in subjects.items():
            yield _test(cell, subject, found)


def _test(cell: str, subject: Subject | None, findings: Sequence[Finding]) -> Test:
    name = STANDING if subject is None else subject.value
    worse = [one for one in findings if one.verdict is Verdict.WORSE]
    if worse:
        return Test(cell, name, "failure", "; ".join(f"{one.title}: {one.why}" for one in worse))
    missing = "; ".join(unjudged(tallies(findings)))
    return Test(cell, name, "skipped" if missing else None, missing)
