"""Told bits beside measured ones: which cells belong together, and what is marked."""

from __future__ import annotations

from typing import Any

import pytest

from reports.record import Record
from tests.bench.commands import ROOT
from tests.bench.run.prediction.told_bits import rows, told_of
from tests.reports.processes import FAILED, vary


@pytest.fixture
def record() -> Record:
    return Record.model_validate_json((ROOT / "tests" / "reports" / "golden_record.json").read_text())


def test_a_cell_is_off_by_what_it_is_from_the_nearest_run(record: Record) -> None:
    told = vary(
        record,
        {
            "backend": "cleartext",
            "parameter_set": f"{record.parameter_set}_as-{record.backend}",
            "ladder.precision_bits": 20.0,
        },
    )
    runs = [vary(record, {"ladder.precision_bits": bits}) for bits in (19.0, 17.5)]
    failed: dict[str, Any] = {**FAILED, "ladder.precision_bits": 20.0}
    other = vary(record, {"samples": record.samples + 1})
    assert told_of(told)[2:4] == (record.parameter_set, record.backend)
    failed_elsewhere = vary(told, {**FAILED, "case": "letters"})
    (row,) = rows([told, failed_elsewhere], [*runs, vary(record, failed), other])
    assert row[-3:] == ("20.0", "17.5 to 19.0", "+1.0")
    (row,) = rows([told], runs[1:])
    assert row[-1] == "**+2.5**"


def test_a_library_tells_nothing(record: Record) -> None:
    with pytest.raises(AssertionError, match="imitates no backend"):
        told_of(record)
