"""The two names of a result: what changes them and what does not."""

from typing import Any

import pytest

from reports.errors import ReportError
from reports.identity import cell_id, digest, result_key
from reports.origin import CHANGED, SCORED_AGAIN, Origin, changed

CELL = "vit_tiny/digits/openfhe/n16/0123456789ab"

ORIGIN = Origin(
    program="p",
    scoring="s",
    adapter="a",
    model="m",
    data="d",
    parameters="n16",
    demanded="8 bits",
    libraries={"openfhe": "1.6.1", "python": "3.10"},
    build="default",
    threads=2,
    repeats=1,
    probes=False,
    audit=False,
)

CHANGES: dict[str, Any] = {
    "program": "another program",
    "scoring": "other scoring",
    "adapter": "another adapter",
    "model": "another model",
    "data": "other data",
    "parameters": "n15",
    "demanded": "9 bits",
    "libraries": {"openfhe": "1.6.2"},
    "build": "native",
    "threads": 1,
    "repeats": 5,
    "probes": True,
    "audit": True,
    "evaluator": "evaluator.example:7443",
}


@pytest.mark.parametrize("name", CHANGES)
def test_defect_7_the_key_holds_everything_that_changes_a_result(name: str) -> None:
    """The library's version, the model and the repeats were each missing from some key."""
    other = ORIGIN.model_copy(update={name: CHANGES[name]})
    assert result_key(CELL, other) != result_key(CELL, ORIGIN)
    assert changed(ORIGIN, other) == [name]
    assert CHANGED[name]


def test_defect_7_no_field_of_the_key_goes_untested() -> None:
    assert set(CHANGES) == set(Origin.model_fields) == set(CHANGED)
    assert set(CHANGED) > SCORED_AGAIN
    assert result_key("another/cell", ORIGIN) != result_key(CELL, ORIGIN)


def test_the_key_does_not_depend_on_the_order_of_names() -> None:
    libraries = dict(reversed(list(ORIGIN.libraries.items())))
    other = ORIGIN.model_copy(update={"libraries": libraries})
    assert result_key(CELL, other) == result_key(CELL, ORIGIN)
    assert len(result_key(CELL, ORIGIN)) == 64
    assert changed(ORIGIN, other) == []


def test_cell_says_which_question_is_answered() -> None:
    cell = cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "2"])
    assert cell.startswith("vit_tiny/digits/openfhe/n16/")
    assert cell == cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "2"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "4"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n15", ["3", "1", "2"])
    elsewhere = cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "2"], "evaluator.example:7443")
    assert elsewhere == "/".join((*cell.split("/")[:4], "on evaluator.example:7443", cell.split("/")[4]))


def test_defect_3_the_same_input_twice_is_refused() -> None:
    with pytest.raises(ReportError, match="appears twice"):
        cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "3"])


def test_what_is_nested_too_deep_has_no_digest() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ReportError, match="cannot be written as JSON"):
        digest(nested)


def test_what_is_no_plain_data_has_no_digest() -> None:
    with pytest.raises(ReportError, match="finite numbers and plain data"):
        digest({"scale": float("nan")})
    with pytest.raises(ReportError, match="finite numbers and plain data"):
        digest({"scale": object()})
