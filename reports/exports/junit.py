"""JUnit XML, which every CI service reads: a suite of tests a case, a test a cell.

What a backend cannot do is skipped, with its reason; a wrong answer is a failure; what ran out of time or
memory is an error. A test's time is that of its protocol, not of the harness.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from reports.record import Record, Status

#: How an outcome is called; ok has no element.
ELEMENTS = {
    Status.UNSUPPORTED: "skipped",
    Status.FAILED: "failure",
    Status.TIMED_OUT: "error",
    Status.OUT_OF_MEMORY: "error",
}
COUNTED = {"skipped": "skipped", "failure": "failures", "error": "errors"}

#: What XML 1.0 cannot hold, not even escaped, such as the colours of a library's message.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(records: Sequence[Record]) -> str:
    """The records as JUnit XML, in order of suite and case."""
    root = ElementTree.Element("testsuites")
    ordered = sorted(records, key=lambda record: (record.suite, record.case))
    for (suite, case), group in groupby(ordered, key=lambda record: (record.suite, record.case)):
        _suite(root, f"{suite}.{case}", list(group))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, name: str, records: list[Record]) -> None:
    kinds = [ELEMENTS.get(record.status) for record in records]
    counts = {plural: str(kinds.count(kind)) for kind, plural in COUNTED.items()}
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": _legal(name),
            "tests": str(len(records)),
            **counts,
            "time": _seconds(sum(map(_time, records))),
            "timestamp": min(record.started_at for record in records).isoformat(timespec="seconds"),
        },
    )
    for record in records:
        _test(suite, name, record)


def _test(suite: ElementTree.Element, name: str, record: Record) -> None:
    test = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "classname": _legal(f"{name}.{record.backend}"),
            "name": _legal(record.parameter_set),
            "time": _seconds(_time(record)),
        },
    )
    properties = ElementTree.SubElement(test, "properties")
    security = f"{record.security.bits} bits" if record.security.secure else "INSECURE"
    told = {"key": record.key, "cell": record.cell, "run_id": record.run_id, "security": security}
    for title, value in told.items():
        ElementTree.SubElement(properties, "property", {"name": title, "value": _legal(value)})
    kind = ELEMENTS.get(record.status)
    if kind is not None and record.reason is not None:
        attributes = {"message": _legal(record.reason), "type": record.status.value}
        ElementTree.SubElement(test, kind, attributes)


def _time(record: Record) -> float:
    """Seconds of the protocol's stages that were measured."""
    found = record.latency
    stages = (found.keygen_s, found.prepare_model_s, found.encrypt_s, found.evaluate_s, found.decrypt_s)
    return sum(stage for stage in stages if stage is not None)


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _legal(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
