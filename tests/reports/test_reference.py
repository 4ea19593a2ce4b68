"""The reference of records holds every name of the schema, and nothing that the schema does not say."""

from __future__ import annotations

import re

import pytest

from reports.measures import PLAIN
from reports.record import Record, Status
from reports.reference import HEADINGS, reference
from tests.test_docs import names


@pytest.fixture(scope="module")
def sections() -> dict[str, dict[str, dict[str, str]]]:
    """Block → name → heading → cell."""
    found = {}
    for section in reference().split("## ")[1:]:
        lines = [line for line in section.splitlines() if line.startswith("| ")]
        headings, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
        assert set(headings) <= set(HEADINGS)
        title = section.splitlines()[0]
        found[title] = {row[0].strip("`"): dict(zip(headings, row, strict=True)) for row in rows}
    return found


def test_it_has_every_name_of_a_record(sections: dict[str, dict[str, dict[str, str]]]) -> None:
    told = [name for section in sections.values() for name in section]
    assert sorted(told) == sorted(names(Record))


def test_types_bounds_and_nulls_are_the_schemas(sections: dict[str, dict[str, dict[str, str]]]) -> None:
    record = sections["The record"]
    assert record["schema"]["holds"] == "integer 2"
    assert record["samples"]["holds"] == "integer above 0"
    assert record["started_at"]["holds"] == "a time with its zone"
    assert record["status"]["holds"] == ", ".join(f"`{one.value}`" for one in Status)
    assert record["reason"]["where not measured"] == "null"
    assert record["suite"]["where not measured"] == ""
    assert "gate" not in record["suite"]
    assert record["latency"]["holds"] == "a block, below"
    assert sections["ladder"]["label_agreement"]["holds"] == "number from 0 to 1"
    assert sections["environment"]["libraries"]["holds"] == "by name: string"
    assert sections["latency.primitives[]"]["samples_s"]["holds"] == "a list: number from 0"


def test_measures_are_those_of_the_table(sections: dict[str, dict[str, dict[str, str]]]) -> None:
    evaluate = sections["latency"]["evaluate_s"]
    assert (evaluate["as a measure"], evaluate["better"], evaluate["gate"]) == (
        "evaluate, cold (time)",
        "lower",
        "yes",
    )
    assert sections["latency"]["wall_s"]["gate"] == "no"
    assert sections["ladder"]["precision_bits"]["better"] == "higher"
    measured = re.findall(r"\((?:count|size|bits|memory|time)\) \|", reference())
    assert len(measured) >= len(PLAIN)
