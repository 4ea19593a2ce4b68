"""Groups whose times compare, and what keeps the others apart."""

from __future__ import annotations

from reports.html.conditions import groups, warnings
from tests.reports.html.records import failing, made


def test_backends_on_one_machine_compare_and_other_threads_do_not() -> None:
    records = [
        made(),
        made(backend="pyfhel", environment__libraries={"pyfhel": "3.5"}),
        made(environment__threads=2),
    ]
    assert groups(records) == [1, 1, 2]
    (warned,) = warnings(records, groups(records))
    assert (warned.one, warned.other) == (0, 2)
    assert warned.differences == ["threads: 1 and 2"]


def test_a_little_less_memory_is_the_same_machine() -> None:
    records = [
        made(),
        made(environment__memory_bytes=24_990_000_000),
        made(environment__memory_bytes=64_000_000_000),
    ]
    assert groups(records) == [1, 1, 2]


def test_another_sample_set_is_named() -> None:
    records = [made(), made(cell="vit_tiny/digits/tenseal/set/ffffffffffff")]
    (warned,) = warnings(records, groups(records))
    assert warned.differences == ["sample set: digits/0123456789ab of 64 and digits/ffffffffffff of 64"]


def test_versions_of_one_backend_are_told_apart_and_the_newest_compare() -> None:
    other = made(backend="pyfhel", environment__libraries={"pyfhel": "3.5"})
    records = [made(environment__libraries={"tenseal": "0.3.16"}), other, made()]
    assert groups(records) == [1, 2, 2]
    (warned,) = warnings(records, groups(records))
    assert (warned.one, warned.other) == (0, 2)
    assert warned.differences == ["tenseal: 0.3.16 and 0.3.18"]


def test_what_did_not_end_ok_has_no_times_to_warn_of() -> None:
    """A cell that failed before its library was known, and one that never ran on any machine."""
    records = [
        made(),
        failing("failed", "no", environment__libraries={}),
        failing("failed", "no", environment={}),
    ]
    assert groups(records) == [1, 1, 2]
    assert warnings(records, groups(records)) == []


def test_cases_are_not_compared_with_each_other() -> None:
    records = [made(), made(case="other", environment__threads=2)]
    assert groups(records) == [1, 2]
    assert warnings(records, groups(records)) == []
