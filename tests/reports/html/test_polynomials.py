"""Which cells are of one original and stand side by side, and what is told of each."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from reports.html.polynomials import Polynomials, families
from reports.record import Record
from tests.reports.html.records import made

LOSS = {"mean": 0.0025, "low": -0.0125, "high": 0.0175, "standard_error": 0.0077, "confidence": 0.95}


def cell(model: str, **changes: Any) -> Record:
    """A cell of a checkpoint, which its case is called after."""
    case = changes.pop("case", model)
    record = made(**{"case": case, "ladder__layers": None, **changes})
    assert record.origin is not None
    return record.model_copy(update={"origin": record.origin.model_copy(update={"model": model})})


def of_all(*records: Record, known: dict[str, Polynomials] | None = None) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", families(records, [True] * len(records), known or {}))


def with_loss(record: Record) -> Record:
    """The record, telling what is lost from the original to the polynomial rung."""
    body = record.model_dump(mode="json", by_alias=True)
    body["ladder"]["held_out"]["drifts"].append({"from": "original", "to": "polynomial", **LOSS})
    return Record.from_json(json.dumps(body))


def test_checkpoints_of_one_original_stand_side_by_side_the_fastest_first() -> None:
    slow, fast = cell("kept", latency__per_sample_s=9.0), with_loss(cell("warm", latency__per_sample_s=2.0))
    (family,) = of_all(slow, fast, known={"warm": Polynomials("warm start", "8", "4")})
    assert [one["place"] for one in family["members"]] == [1, 0]
    warm, kept = family["members"]
    assert (warm["way"], warm["attention"], warm["mlp"]) == ("warm start", "8", "4")
    assert (warm["original"], warm["polynomial"]) == (0.975, 0.98)
    assert (warm["lost"], warm["lost_written"]) == (0.0025, "0.25 [-1.25, 1.75] points")
    assert (kept["way"], kept["lost_written"]) == (None, None)
    assert (family["metric"], family["samples"]) == ("accuracy", 360)


@pytest.mark.parametrize(
    "other",
    [
        {"backend": "pyfhel"},
        {"parameter_set": "another_set"},
        {"samples": 32},
        {"cell": "vit_tiny/warm/tenseal/set/0000000000ab"},
        {"environment__threads": 7},
        {"environment__cpu": None},
        {"environment__libraries": {"tenseal": "0.3.99"}},
        {"ladder__held_out": None},
        {"ladder__original": 0.5},
        {"shape__width": 64},
        {"shape": None},
        {"origin": None},
    ],
)
def test_nothing_else_may_differ(other: dict[str, Any]) -> None:
    second = made(case="warm", ladder__layers=None, **other) if "origin" in other else cell("warm", **other)
    assert of_all(cell("kept"), second) == []


def test_of_a_checkpoint_the_newest_record_counts_and_one_alone_is_no_family() -> None:
    again = cell("kept", case="under another name")
    assert of_all(cell("kept"), again) == []
    (family,) = of_all(cell("kept"), cell("warm"), again)
    assert {one["place"] for one in family["members"]} == {1, 2}


def test_what_is_superseded_failed_or_without_times_is_left_out() -> None:
    kept, warm = cell("kept"), cell("warm")
    assert families([kept, warm], [True, False], {}) == []
    assert of_all(kept, cell("warm", status="failed", reason="wrong")) == []
    assert warm.origin is not None
    probed = warm.model_copy(update={"origin": warm.origin.model_copy(update={"probes": True})})
    assert of_all(kept, probed) == []
