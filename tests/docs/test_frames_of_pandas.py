"""Records as a DataFrame of pandas, which only the environment of the documents has."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

import bench
from reports.export import to_csv
from reports.record import Record
from tests.bench.commands import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def records(folder: Path) -> list[Record]:
    return bench.run_suite(ROOT / "suites" / "toy.yaml", folder, backends="cleartext", samples=4)


def test_columns_are_those_of_the_csv(records: list[Record]) -> None:
    header = next(csv.reader(io.StringIO(to_csv(records))))
    assert list(bench.to_frame(records).columns) == header


def test_values_have_types_that_can_be_computed_with(records: list[Record]) -> None:
    frame = bench.to_frame(records)
    assert len(frame) == len(records) > 1
    assert frame["latency.evaluate_s"].max() == max(one.latency.evaluate_s or 0 for one in records)
    assert str(frame["started_at"].dtype).startswith("datetime64")
    assert frame["started_at"][0] == pd.Timestamp(records[0].started_at)
    assert isinstance(frame["latency.layers"][0], list)


def test_what_was_not_measured_is_missing_and_not_zero(records: list[Record]) -> None:
    lacking = records[0].model_copy(update={"batch": None})
    batches = bench.to_frame([records[0], lacking])["batch"]
    assert batches[0] == records[0].batch
    assert batches.isna().tolist() == [False, True]


def test_no_record_is_no_row() -> None:
    assert bench.to_frame([]).empty


def test_findings_of_a_comparison_are_a_frame(folder: Path, records: list[Record]) -> None:
    frame = pd.DataFrame(bench.compare_records(folder, folder).findings)
    assert frame["cell"].nunique() == len(records)
    assert {"cell", "measure", "verdict", "before", "after"} <= set(frame.columns)
