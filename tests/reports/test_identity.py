"""The two names of a result: what changes them and what does not."""

from dataclasses import fields, replace
from typing import Any

import pytest

from reports.errors import ReportError
from reports.identity import Origin, cell_id, digest, result_key

ORIGIN = Origin(
    cell="vit_tiny/digits/openfhe/n16/0123456789ab",
    model_digest="m",
    data_digest="d",
    parameters={"log_n": 16, "refresh": "bootstrap"},
    engine_digest="e",
    adapter_digest="a",
    libraries={"openfhe": "1.6.1"},
    threads=2,
    repeats=1,
    probes=False,
)

CHANGES: dict[str, Any] = {
    "cell": "vit_tiny/digits/openfhe/n16/ba9876543210",
    "model_digest": "another model",
    "data_digest": "other data",
    "parameters": {"log_n": 16, "refresh": "round_trip"},
    "engine_digest": "another engine",
    "adapter_digest": "another adapter",
    "libraries": {"openfhe": "1.6.2"},
    "threads": 1,
    "repeats": 5,
    "probes": True,
}


@pytest.mark.parametrize("changed", CHANGES)
def test_defect_7_the_key_holds_everything_that_changes_a_result(changed: str) -> None:
    """The library's version, the model and the repeats were each missing from some key."""
    assert result_key(replace(ORIGIN, **{changed: CHANGES[changed]})) != result_key(ORIGIN)


def test_defect_7_no_field_of_the_key_goes_untested() -> None:
    assert set(CHANGES) == {one.name for one in fields(Origin)}


def test_the_key_does_not_depend_on_the_order_of_names() -> None:
    parameters = dict(reversed(list(ORIGIN.parameters.items())))
    assert result_key(replace(ORIGIN, parameters=parameters)) == result_key(ORIGIN)
    assert len(result_key(ORIGIN)) == 64


def test_cell_says_which_question_is_answered() -> None:
    cell = cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "2"])
    assert cell.startswith("vit_tiny/digits/openfhe/n16/")
    assert cell == cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "2"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1", "4"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n16", ["3", "1"])
    assert cell != cell_id("vit_tiny", "digits", "openfhe", "n15", ["3", "1", "2"])


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
