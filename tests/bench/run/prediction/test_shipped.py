"""Figures that a backend ships: damaged ones are refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.errors import BackendError
from backends.noise.traits import measured_factors
from backends.openfhe import noise as openfhe_noise
from backends.registry import get
from bench.run.prediction.figures import Figures as Times
from bench.run.prediction.noise import Figures as Noise

DAMAGE = [
    ("{", "["),
    ("{", "[" * 5000),
    ('"commit"', '"comet"'),
    ('"commit": "', '"commit": "a", "commit": "'),
]


def shipped(name: str, before: str, after: str, folder: Path) -> Path:
    """A backend's figures with something else in place of what stands there first."""
    own = Path(openfhe_noise.FIGURES).parents[1] / name
    text = own.read_text()
    assert before in text
    path = folder / own.name
    path.write_text(text.replace(before, after, 1))
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *DAMAGE,
        ('"threads":1', '"threads":"one"'),
        ('"entries":[[', '"entries":[[1,'),
        ('"taken": "2', '"taken": "x'),
    ],
)
def test_times_that_are_damaged_are_refused(tmp_path: Path, before: str, after: str) -> None:
    path = shipped("seal_python/times.json", before, after, tmp_path)
    with pytest.raises(BackendError, match=r"times.json holds not what `bench times --write` writes"):
        Times.read(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [*DAMAGE, ('"told": ', '"told": NaN, "x": '), ('"reduction": {', '"reduction": {"a": "b", ')],
)
def test_noise_that_is_damaged_is_refused(tmp_path: Path, before: str, after: str) -> None:
    path = shipped("openfhe/noise.json", before, after, tmp_path)
    with pytest.raises(BackendError, match=r"noise.json holds not what `bench noise --write` writes"):
        Noise.shipped(path)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "[" * 5000, '{"reduction": {"ten": 1}}', '{"reduction": {"16": null}}', '{"reduction": [1]}'],
)
def test_so_are_the_factors_of_bootstraps(tmp_path: Path, text: str) -> None:
    (tmp_path / "noise.json").write_text(text)
    with pytest.raises(BackendError, match="holds no factors of bootstraps"):
        measured_factors(tmp_path / "noise.json")


def test_all_that_are_shipped_are_read() -> None:
    for name in ("openfhe", "tenseal", "pyfhel", "seal_python", "cleartext"):
        assert Times.shipped(get(name)) is not None
