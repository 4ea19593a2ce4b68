"""Without pandas the extra is named; `tests/docs/test_frames_of_pandas.py` has the frame itself."""

from __future__ import annotations

import sys

import pytest

from reports.errors import ReportError
from reports.frame import to_frame


def test_the_extra_is_named_where_pandas_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ReportError, match=r"\[frame\]"):
        to_frame([])
