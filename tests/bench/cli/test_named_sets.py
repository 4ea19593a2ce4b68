"""Aliases of the suites that are here, and numbers from long names."""

from __future__ import annotations

from bench.cli.named_sets import named_sets
from reports.html.sets import NamedSet
from tests.reports.html.records import made

SHARED14 = "n14_first48_scale40_depth8_digits9"


def test_a_set_is_called_as_its_suite_does_else_as_others_do_else_by_its_numbers() -> None:
    records = [
        made(suite="vit_tiny", parameter_set=SHARED14, parameters=None),
        made(suite="elsewhere", parameter_set=SHARED14, parameters=None),
        made(suite="elsewhere", parameter_set="n13_first40_scale30_depth3_digits2_INSECURE", parameters=None),
        made(suite="elsewhere", parameter_set="a name", parameters=None),
    ]
    assert named_sets(records) == {
        ("vit_tiny", SHARED14): NamedSet("shared14", 8, 40, 9),
        ("elsewhere", SHARED14): NamedSet("shared14", 8, 40, 9),
        ("elsewhere", "n13_first40_scale30_depth3_digits2_INSECURE"): NamedSet(None, 3, 30, 2),
        ("elsewhere", "a name"): NamedSet(),
    }


def test_what_a_record_says_itself_comes_first() -> None:
    record = made(suite="vit_tiny", parameter_set=SHARED14, parameters__alias="mine")
    assert named_sets([record]) == {("vit_tiny", SHARED14): NamedSet("mine", 8, 40, 9)}
