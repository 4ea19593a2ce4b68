"""A submission's stages on real libraries: separate processes that share files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.registry import get
from bench.errors import UserError
from tests import submissions
from tests.bench.commands import bench


def test_the_stages_label_images_as_the_model_does(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not get(backend).keeps_secret_key:
        submissions.data(tmp_path, monkeypatch)
        (tmp_path / "suite.yaml").write_text(submissions.SUITE)
        with pytest.raises(UserError, match="cannot keep its secret key"):
            bench(
                *("submission", str(tmp_path / "suite.yaml"), "--backend", backend),
                *("--output", str(tmp_path / "harness")),
            )
        return
    root = submissions.written(tmp_path, backend, monkeypatch)
    submissions.run(root)
    there = submissions.places(root)
    assert there.predictions.read_text().split() == [str(label) for label in submissions.expected()]
    if not get(backend).simulates:
        _the_secret_key_is_the_clients_alone(root)


def _the_secret_key_is_the_clients_alone(root: Path) -> None:
    there = submissions.places(root)
    assert there.secret_key.stat().st_mode & 0o777 == 0o700
    (kept,) = there.secret_key.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    secret = kept.read_bytes()
    place = 3 * len(secret) // 4  # behind the public key
    piece = secret[place : place + 64]
    assert len(set(piece)) > 8
    for folder in (there.public_keys, there.upload, there.download):
        for path in folder.iterdir():
            assert piece not in path.read_bytes(), path
