"""Models beside each other: losses with intervals and costs in one table."""

from __future__ import annotations

from typing import Any

from reports.exports.ladder import to_ladder
from reports.record import Record
from tests.reports.html.records import failing, insecure, made, measured

LOST = {"mean": 0.0025, "low": -0.0125, "high": 0.0175, "standard_error": 0.0077, "confidence": 0.95}


def rows(*records: Record) -> list[dict[str, str]]:
    """The table's rows, by heading."""
    headings, _, *cells = [line[2:-2].split(" | ") for line in to_ladder(records).splitlines()]
    return [dict(zip(headings, row, strict=True)) for row in cells]


def with_loss(**changes: Any) -> Record:
    """A record that tells what is lost from the original to the polynomial rung, among others."""
    block = made().ladder.held_out
    assert block is not None
    body = block.model_dump(mode="json", by_alias=True)
    body["drifts"].append({"from": "original", "to": "polynomial", **LOST})
    return made(ladder__held_out=body, **changes)


def test_a_row_has_the_loss_with_its_interval_and_what_it_costs() -> None:
    (row,) = rows(with_loss(case="kept", counts__bootstraps=7))
    assert row["case"] == "kept"
    assert (row["held-out samples"], row["original"], row["polynomial"]) == ("360", "0.9750", "0.9800")
    assert row["lost: original → polynomial"] == "0.25 [-1.25, 1.75] points"
    assert (row["levels"], row["bootstraps"], row["round trips"]) == ("24", "7", "6")
    assert (row["samples"], row["evaluate (s)"], row["bits, least / mean"]) == ("64", "60.0", "15.5 / 17.8")
    assert (row["security"], row["status"]) == ("128 bits", "ok")


def test_what_is_not_known_is_a_dash_and_what_is_insecure_says_so() -> None:
    (row,) = rows(insecure(ladder__held_out=None, counts={}, latency={}, ladder__precision=None))
    assert row["security"] == "INSECURE"
    empty = {heading for heading, cell in row.items() if cell == "–"}
    assert empty == {
        *("held-out samples", "original", "polynomial", "lost: original → polynomial"),
        *("levels", "bootstraps", "round trips", "evaluate (s)", "a sample (s)", "bits, least / mean"),
    }


def test_a_cell_that_failed_is_told_with_its_reason() -> None:
    failed, fine = rows(failing("failed", "wrong | answer"), made())
    assert failed["status"] == r"failed: wrong \| answer"
    assert fine["status"] == "ok"


def test_what_measures_no_model_has_no_row() -> None:
    assert to_ladder([measured(0.1)]) == ""
