"""JUnit XML: what CI services count."""

from __future__ import annotations

from xml.etree import ElementTree

from reports.exports.junit import to_junit
from tests.reports.html.records import failing, insecure, made


def test_each_outcome_is_counted_as_what_it_is() -> None:
    records = [
        made(),
        insecure(),
        failing("unsupported", "no bootstrap", backend="pyfhel"),
        failing("failed", "the answer was wrong"),
        failing("timed_out", "too slow"),
        failing("out_of_memory", "too large"),
        made(case="other"),
    ]
    first, second = ElementTree.fromstring(to_junit(records))
    assert first.attrib["name"] == "vit_tiny.digits"
    counts = [first.attrib[name] for name in ("tests", "skipped", "failures", "errors")]
    assert counts == ["6", "1", "1", "2"]
    assert second.attrib["tests"] == "1"
    assert first.findall("testcase/failure")[0].attrib == {
        "message": "the answer was wrong",
        "type": "failed",
    }
    assert first.findall("testcase/skipped")[0].attrib["message"] == "no bootstrap"


def test_a_test_leads_to_its_record_and_takes_the_protocols_time() -> None:
    record = made()
    (test,) = ElementTree.fromstring(to_junit([record])).iter("testcase")
    assert test.attrib == {
        "classname": "vit_tiny.digits.tenseal",
        "name": record.parameter_set,
        "time": "65.750",
    }
    properties = {one.attrib["name"]: one.attrib["value"] for one in test.iter("property")}
    assert properties == {
        "key": record.key, "cell": record.cell, "run_id": record.run_id, "security": "128 bits",
    }  # fmt: skip


def test_insecure_is_said() -> None:
    assert 'value="INSECURE"' in to_junit([insecure()])


def test_what_xml_cannot_hold_does_not_break_it() -> None:
    text = to_junit([failing("failed", '\x1b[31m<red> & "quoted"\x00')])
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert failure.attrib["message"] == '\ufffd[31m<red> & "quoted"\ufffd'
