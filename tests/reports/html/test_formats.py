"""What the page is told of metrics and units: everything that a script needs to write a number."""

from __future__ import annotations

import json

from models.metrics.catalogue import METRICS
from reports.figures import Unit
from reports.html.formats import metrics
from reports.html.rows import COLUMNS, DERIVED, index, units
from tests.reports.html.records import made


def test_every_metric_says_all_of_itself_as_json() -> None:
    found = metrics()
    assert set(found) == set(METRICS)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["accuracy"] == {
        "title": "accuracy",
        "better": "higher",
        "low": 0.0,
        "high": 1.0,
        "format": {"unit": "%", "scale": 100.0, "digits": 2, "significant": False},
        "loss": {"unit": "points", "scale": 100.0, "digits": 2, "significant": False},
    }
    assert (found["perplexity"]["better"], found["perplexity"]["high"]) == ("lower", None)


def test_every_column_of_numbers_has_a_unit_that_is_known() -> None:
    told = index([made()], [1], {})
    values = dict(zip(told["columns"], told["rows"][0], strict=True))
    numbers = {
        name
        for name, value in values.items()
        if isinstance(value, float | int) and not isinstance(value, bool)
    }
    assert numbers - {"derived.group"} <= set(units()) <= {*COLUMNS, *DERIVED}
    assert set(units().values()) <= {unit.value for unit in Unit}


def test_a_unit_says_what_a_name_says() -> None:
    """Names of the record end in `_s` and `_bytes`, and no unit may contradict them."""
    for name, unit in units().items():
        assert not name.endswith("_s") or unit == Unit.SECONDS.value
        assert not name.endswith("_bytes") or unit == Unit.BYTES.value


def test_the_distribution_of_precision_is_in_the_columns_and_may_be_null() -> None:
    told = index([made(ladder__precision=None)], [1], {})
    row = dict(zip(told["columns"], told["rows"][0], strict=True))
    assert row["ladder.precision.median"] is None
    assert index([made()], [1], {})["rows"][0][told["columns"].index("ladder.precision.median")] == 18.25
