"""What was read is on disk no more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.parties.plain import taken


def test_what_is_taken_is_gone(tmp_path: Path) -> None:
    np.save(tmp_path / "samples.npy", np.arange(6.0).reshape(2, 3))
    assert taken(tmp_path / "samples.npy").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        taken(tmp_path / "samples.npy")


def test_what_is_no_array_is_gone_too(tmp_path: Path) -> None:
    (tmp_path / "samples.npy").write_bytes(b"a secret that is no array")
    with pytest.raises(ValueError, match="pickled"):
        taken(tmp_path / "samples.npy")
    assert not list(tmp_path.iterdir())
