"""Records as a table of pandas, which is the extra `frame` and no dependency of anything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reports.errors import ReportError
from reports.flat import flat_rows
from reports.record import Record

if TYPE_CHECKING:
    from pandas import DataFrame


def to_frame(records: Iterable[Record]) -> DataFrame:
    """One row a record, under the columns of `bench export --format csv`; what was not measured is missing.

    Times of day are timestamps, and lists stay lists.

    Raises:
        ReportError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ReportError(
            "a DataFrame needs pandas; pip install 'polynomial-transformer-bench[frame]'"
        ) from error
    frame = pandas.DataFrame(flat_rows(list(records)))
    if "started_at" in frame:
        frame["started_at"] = pandas.to_datetime(frame["started_at"], utc=True, format="ISO8601")
    return frame
