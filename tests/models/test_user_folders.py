"""The folders of a user, and of one whom the system does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ModelError
from models.user_folders import user_folder
from tests.homeless import lose_home


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_home(monkeypatch)


@pytest.mark.usefixtures("unknown")
@pytest.mark.parametrize("kind", ["cache", "data", "state"])
def test_a_user_without_a_home_is_told_what_to_set(kind: str) -> None:
    with pytest.raises(ModelError, match=rf"no home of this user, for {kind}; set BENCH_PLACE or HOME"):
        user_folder(kind, "BENCH_PLACE")


@pytest.mark.usefixtures("unknown")
def test_what_a_variable_names_needs_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_PLACE", str(tmp_path))
    assert user_folder("data", "BENCH_PLACE") == tmp_path
