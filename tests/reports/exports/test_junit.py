"""JUnit XML: what CI services count."""

from __future__ import annotations

from xml.etree import ElementTree

from reports.exports.junit import ELEMENTS, WORST_FIRST, to_junit
from reports.record import Status
from tests.reports.html.records import failing, insecure, made


def cases(text: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter("testcase"))


def properties(test: ElementTree.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in test.iter("property")}


def test_each_outcome_is_counted_as_what_it_is() -> None:
    records = [
        made(),
        insecure(),
        failing("unsupported", "no bootstrap", backend="pyfhel"),
        failing("failed", "the answer was wrong", parameter_set="first"),
        failing("timed_out", "too slow", parameter_set="second"),
        failing("out_of_memory", "too large", parameter_set="third"),
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


def test_every_status_but_ok_has_an_element_and_all_are_ordered() -> None:
    assert {*ELEMENTS, Status.OK} == set(Status) == set(WORST_FIRST)


def test_a_test_leads_to_its_record_and_takes_the_protocols_time() -> None:
    record = made()
    (test,) = cases(to_junit([record]))
    assert test.attrib == {
        "classname": "vit_tiny.digits.tenseal",
        "name": record.parameter_set,
        "time": "65.750",
    }
    assert properties(test) == {
        "key": record.key, "cell": record.cell, "run_id": record.run_id, "security": "128 bits",
    }  # fmt: skip


def test_processes_are_one_test_with_their_median() -> None:
    rounds = [made(key="a" * 64, latency={"evaluate_s": seconds}) for seconds in (70.0, 60.0, 61.0)]
    (test,) = cases(to_junit(rounds))
    assert test.attrib["time"] == "61.000"
    assert properties(test)["processes"] == "3"


def test_the_worst_process_counts_with_its_reason_and_its_time() -> None:
    spent = {"latency": {"keygen_s": 3.0}, "status": "timed_out", "reason": "too slow"}
    (suite,) = ElementTree.fromstring(to_junit([made(**spent), failing("failed", "wrong"), made()]))
    (test,) = suite
    assert test.attrib["time"] == "3.000"
    assert [one.attrib["message"] for one in test.iter("error")] == ["too slow"]
    assert [suite.attrib[name] for name in ("tests", "failures", "errors")] == ["1", "0", "1"]


def test_a_failure_that_a_later_run_mended_is_none_and_the_other_way_round() -> None:
    earlier = {"run_id": "20261122T000000Z-000000", "started_at": "2026-11-22T00:00:00Z"}
    (test,) = cases(to_junit([made(), failing("failed", "wrong", **earlier)]))
    assert test.find("failure") is None
    assert "processes" not in properties(test)
    (test,) = cases(to_junit([made(**earlier), failing("failed", "wrong")]))
    assert test.find("failure") is not None


def test_cells_that_differ_in_their_samples_alone_have_names_of_their_own() -> None:
    cell = made().cell.rpartition("/")[0]
    found = [made(cell=f"{cell}/{digest}", parameter_set="a") for digest in ("000", "111")]
    names = [test.attrib["name"] for test in cases(to_junit([*found, made(parameter_set="b")]))]
    assert names == ["a on samples 000", "a on samples 111", "b"]


def test_insecure_is_said() -> None:
    assert 'value="INSECURE"' in to_junit([insecure()])


def test_what_xml_cannot_hold_does_not_break_it() -> None:
    text = to_junit([failing("failed", '\x1b[31m<red> & "quoted"\x00')])
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert failure.attrib["message"] == '\ufffd[31m<red> & "quoted"\ufffd'
