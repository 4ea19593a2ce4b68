"""What `bench conform` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UserError
from tests.bench.commands import bench


def test_a_skeleton_has_a_name_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a backend is called 'tenseal' already"):
        bench("conform", "tenseal", "--skeleton", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
    assert "then bench conform another" in bench("conform", "another", "--skeleton", str(tmp_path / "new"))


def test_a_build_that_the_backend_lacks() -> None:
    with pytest.raises(UserError, match="tenseal has no build 'fast'; it has default, hexl"):
        bench("conform", "tenseal", "--build", "fast")
