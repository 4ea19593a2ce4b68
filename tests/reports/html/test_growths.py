"""Which records make a sweep, and what the page says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reports.html.growth import growths
from reports.html.page import render
from reports.record import Record
from tests.reports.html.records import made


def swept(tokens: int, seconds: float, **changes: Any) -> Record:
    return made(
        case=changes.pop("case", f"attention_{tokens}"),
        shape={"kind": "attention", "tokens": tokens, "width": changes.pop("width", 32), "blocks": 1},
        latency__evaluate_s=seconds,
        latency__planned_evaluate_s=2.0 * tokens,
        **changes,
    )


def test_measured_and_planned_have_an_exponent_each() -> None:
    (growth,) = growths([swept(tokens, tokens**1.5) for tokens in (8, 16, 32)])
    assert (growth.parameter, growth.values) == ("tokens", (8, 16, 32))
    assert growth.laws["evaluate"].exponent == pytest.approx(1.5)
    assert growth.laws["evaluate, as planned"].exponent == pytest.approx(1.0)


def test_processes_of_a_cell_count_as_their_median() -> None:
    records = [swept(tokens, tokens * factor) for tokens in (8, 16, 32) for factor in (0.9, 1.0, 7.0)]
    (growth,) = growths(records)
    assert growth.laws["evaluate"].exponent == pytest.approx(1.0)


@pytest.mark.parametrize(
    "other",
    [
        {"width": 64},
        {"backend": "pyfhel"},
        {"environment__threads": 7},
        {"environment__workers": 2},
        {"environment__build": {"kind": "hexl"}},
        {"parameter_set": "another_set"},
        {"case": "two of one size"},
        {"shape": None},
    ],
)
def test_nothing_else_may_differ(other: dict[str, Any]) -> None:
    records = [swept(8, 8.0), swept(16, 16.0)]
    if other == {"case": "two of one size"}:
        records = [*records, swept(32, 32.0), swept(32, 40.0, **other)]
    elif "shape" in other:
        records = [*records, made(**other)]
    else:
        records = [*records, swept(32, 32.0, **other)]
    assert growths(records) == []


def test_n_is_swept_where_the_rest_of_the_set_is_alike() -> None:
    records = [
        swept(8, 2.0**log_n, case="one", parameter_set=f"n{log_n}_scale30", security__log_n=log_n)
        for log_n in (13, 14, 15)
    ]
    (growth,) = growths(records)
    assert growth.parameter == "N"
    assert growth.laws["evaluate"].exponent == pytest.approx(1.0)


def test_another_build_has_no_plan_beside_it() -> None:
    """Its records have none (`planned_evaluate_s`), for the shipped times are of the usual build."""
    records = [swept(tokens, float(tokens)) for tokens in (8, 16, 32)]
    unplanned = [record.latency.model_copy(update={"planned_evaluate_s": None}) for record in records]
    (growth,) = growths(
        [
            record.model_copy(update={"latency": latency})
            for record, latency in zip(records, unplanned, strict=True)
        ]
    )
    assert "evaluate" in growth.laws
    assert "evaluate, as planned" not in growth.laws


def test_samples_in_a_batch_are_swept_though_they_cost_nothing() -> None:
    records = [swept(8, 1.0, case=f"samples_{count}", samples=count) for count in (2, 4, 8)]
    (growth,) = growths(records)
    assert (growth.parameter, growth.values) == ("samples", (2, 4, 8))
    assert growth.laws["evaluate"].exponent == pytest.approx(0.0)


def test_the_page_has_the_table_where_something_was_swept() -> None:
    records = [swept(tokens, tokens**1.5) for tokens in (8, 16, 32)]
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    page = render(records, [], ["here"], made_at)
    assert "How cost grows" in page
    assert "1.50 [1.50, 1.50]" in page
    assert "How cost grows" not in render(records[:2], [], ["here"], made_at)
