"""The scripts' types are what Python writes: `scripts/types.d.ts` against the page's data."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from reports.costs import StageCost
from reports.figures import Unit
from reports.html import assets
from reports.html.page import render
from reports.html.rows import COLUMNS, DERIVED
from reports.record import Status
from tests.reports.html.histories import gates
from tests.reports.html.records import made
from tests.reports.html.test_page import data
from tests.reports.html.test_polynomials import cell

TYPES = (assets.SCRIPTS / "types.d.ts").read_text(encoding="utf-8")

(STATUS,) = re.findall(
    r"export const STATUS = {\n(.*?)\n};", (assets.SCRIPTS / "rows.js").read_text(encoding="utf-8"), re.DOTALL
)


def members(name: str) -> set[str]:
    """The names in an interface."""
    (body,) = re.findall(rf"interface {name} {{\n(.*?)\n}}", TYPES, re.DOTALL)
    return {quoted or plain for quoted, plain in re.findall(r'^  (?:"(.+?)"|(\w+))\??: ', body, re.MULTILINE)}


def literals(name: str) -> set[str]:
    """The texts that a type consists of."""
    (body,) = re.findall(rf"type {name} =(.*?);", TYPES, re.DOTALL)
    return set(re.findall(r'"(.+?)"', body))


def test_a_stage_has_the_names_of_the_record() -> None:
    assert members("StageCost") == {*StageCost.model_fields}


def test_a_row_has_the_columns_of_the_index_and_no_others() -> None:
    assert members("NamedRow") | literals("NumberName") == {*COLUMNS, *DERIVED}
    assert not members("NamedRow") & literals("NumberName")


def test_units_and_statuses_are_all_known() -> None:
    assert literals("Unit") == {unit.value for unit in Unit}
    assert literals("Status") == {status.value for status in Status}
    words = dict(re.findall(r'^  (\w+): "(.+)",$', STATUS, re.MULTILINE))
    assert words == {status.value: status.words for status in Status}


def test_the_pages_data_have_the_members_that_their_types_say() -> None:
    made_at = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
    held_out = {
        "samples": 2,
        "digest": "ab",
        "metric": "accuracy",
        "original": 1.0,
        "he_friendly": 1.0,
        "polynomial": 0.5,
        "drifts": [],
    }
    record = made(ladder__held_out=held_out)
    past = gates(record.cell, [60.0] * 8, [1200] * 4 + [1201] * 4)
    page = data(render([record], [], ["results"], made_at, past), "page-data")
    assert set(page) == members("PageData")
    metric = page["metrics"]["accuracy"]
    assert set(metric) == members("Metric")
    assert set(metric["format"]) == members("NumberFormat")
    for name, kind in (("conditions", "Conditions"), ("held_out", "HeldOut"), ("steps", "Step")):
        assert set(page[name][0]) == members(kind)


def test_so_have_families_of_checkpoints() -> None:
    made_at = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
    (family,) = data(render([cell("one"), cell("other")], [], ["results"], made_at), "page-data")["families"]
    assert set(family) == members("Family")
    assert set(family["members"][0]) == members("Member")
