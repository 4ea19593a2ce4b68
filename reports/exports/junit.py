"""JUnit XML, which every CI service reads: a suite of tests a case, a test a cell.

What a backend cannot do is skipped, with its reason; a wrong answer is a failure; what ran out of time or
memory is an error. A test's time is that of its protocol, not of the harness.

A cell's newest run counts, so that a failure which a later run mended is not one. Where that run had several
processes, the worst outcome counts, so that no round hides another's failure, and the test's time is the
median of those that ended so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple
from xml.etree import ElementTree

from reports.record import Record, Status
from reports.statistics.robust import median

#: How an outcome is called; ok has no element.
ELEMENTS = {
    Status.UNSUPPORTED: "skipped",
    Status.FAILED: "failure",
    Status.TIMED_OUT: "error",
    Status.OUT_OF_MEMORY: "error",
    Status.INTERRUPTED: "error",
}
COUNTED = {"skipped": "skipped", "failure": "failures", "error": "errors"}
WORST_FIRST = (
    Status.OUT_OF_MEMORY,
    Status.TIMED_OUT,
    Status.INTERRUPTED,
    Status.FAILED,
    Status.UNSUPPORTED,
    Status.OK,
)

#: What XML 1.0 cannot hold, not even escaped, such as the colours of a library's message.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outcome(NamedTuple):
    """How a cell ended in its newest run.

    Attributes:
        record: the newest of the processes that ended worst.
        time: seconds, the median of those processes.
        processes: how many the run had, whatever they ended as.
    """

    record: Record
    time: float
    processes: int


def to_junit(records: Sequence[Record]) -> str:
    """The records as JUnit XML, in order of suite and case."""
    root = ElementTree.Element("testsuites")
    ordered = sorted(records, key=lambda record: (record.suite, record.case))
    for (suite, case), group in groupby(ordered, key=lambda record: (record.suite, record.case)):
        _suite(root, f"{suite}.{case}", _outcomes(list(group)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _outcomes(records: Sequence[Record]) -> list[Outcome]:
    cells: defaultdict[str, list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.started_at):
        cells[record.cell].append(record)
    return [_outcome(found) for found in cells.values()]


def _outcome(records: Sequence[Record]) -> Outcome:
    """The outcome of a cell from its records, oldest first."""
    run = [record for record in records if record.run_id == records[-1].run_id]
    worst = min((record.status for record in run), key=WORST_FIRST.index)
    ended = [record for record in run if record.status is worst]
    return Outcome(ended[-1], median([_time(record) for record in ended]), len(run))


def _suite(root: ElementTree.Element, name: str, outcomes: Sequence[Outcome]) -> None:
    records = [outcome.record for outcome in outcomes]
    kinds = [ELEMENTS.get(record.status) for record in records]
    counts = {plural: str(kinds.count(kind)) for kind, plural in COUNTED.items()}
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": legal(name),
            "tests": str(len(records)),
            **counts,
            "time": _seconds(sum(outcome.time for outcome in outcomes)),
            "timestamp": min(record.started_at for record in records).isoformat(timespec="seconds"),
        },
    )
    named = Counter((record.backend, record.parameter_set) for record in records)
    for outcome in outcomes:
        record = outcome.record
        alone = named[record.backend, record.parameter_set] == 1
        samples = "" if alone else f" on samples {record.cell.rpartition('/')[2]}"
        _test(suite, f"{name}.{record.backend}", f"{record.parameter_set}{samples}", outcome)


def _test(suite: ElementTree.Element, classname: str, name: str, outcome: Outcome) -> None:
    record = outcome.record
    test = ElementTree.SubElement(
        suite,
        "testcase",
        {"classname": legal(classname), "name": legal(name), "time": _seconds(outcome.time)},
    )
    properties = ElementTree.SubElement(test, "properties")
    security = f"{record.security.bits} bits" if record.security.secure else "INSECURE"
    told = {"key": record.key, "cell": record.cell, "run_id": record.run_id, "security": security}
    if outcome.processes > 1:
        told["processes"] = str(outcome.processes)
    for title, value in told.items():
        ElementTree.SubElement(properties, "property", {"name": title, "value": legal(value)})
    kind = ELEMENTS.get(record.status)
    if kind is not None and record.reason is not None:
        attributes = {"message": legal(record.reason), "type": record.status.value}
        ElementTree.SubElement(test, kind, attributes)


def _time(record: Record) -> float:
    """Seconds of the protocol's stages that were measured."""
    found = record.latency
    stages = (found.keygen_s, found.prepare_model_s, found.encrypt_s, found.evaluate_s, found.decrypt_s)
    return sum(stage for stage in stages if stage is not None)


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def legal(text: str) -> str:
    """Text as XML 1.0 can hold it."""
    return FORBIDDEN.sub("\ufffd", text)
