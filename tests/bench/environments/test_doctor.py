"""The doctor, on backends that are there, that can be made, and that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.errors import BackendError
from backends.registry import Descriptor
from bench.environments import doctor as module
from bench.environments.doctor import Finding, doctor
from models.data.files import data_folder
from tests.bench.environments.declarations import HERE, declare, declare_toy
from tests.homeless import lose_home


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def examine(descriptor: Descriptor, monkeypatch: pytest.MonkeyPatch) -> Finding:
    """The doctor's word on a backend that is not registered."""
    monkeypatch.setattr(module, "available", lambda: {descriptor.name: descriptor})
    return doctor()[0]


def test_what_this_interpreter_has_is_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = examine(declare(tmp_path, {"imports": "yaml", "alternatives": [{"python": HERE}]}), monkeypatch)
    assert (finding.state, finding.remedy) == ("ok", None)
    assert "pyyaml" in finding.what
    assert "this interpreter" in finding.what


def test_what_can_be_made_is_absent_and_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = examine(declare_toy(tmp_path), monkeypatch)
    assert finding.state == "absent"
    assert "toylibrary==1" in finding.what
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        ({"alternatives": [{"python": "3.2"}]}, "Python 3.2 was not found", "pyenv install 3.2"),
        ({"alternatives": [{"python": HERE, "glibc": "99"}]}, "needs glibc 99", "use a newer Linux"),
        ({"alternatives": 3}, "alternatives is not a list", "write at least one"),
    ],
)
def test_what_the_user_must_get_is_missing_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], what: str, remedy: str
) -> None:
    finding = examine(declare(tmp_path, {"imports": "toylibrary", **change}), monkeypatch)
    assert finding.state == "missing"
    assert what in finding.what
    assert remedy in (finding.remedy or "")


def test_a_missing_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = examine(declare_toy(tmp_path, compilers=["no-such-compiler"]), monkeypatch)
    assert finding.state == "missing"
    assert "no-such-compiler" in finding.what


def test_an_unknown_backend_is_an_error() -> None:
    with pytest.raises(BackendError, match="did you mean openfhe"):
        doctor(["openfe"])


def test_data_are_where_they_would_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    folder = data_folder()
    data = doctor(["cleartext"])[1]
    assert (data.state, data.remedy) == ("ok", None)
    assert f"BENCH_DATA is not set, and your data folder is {folder}, which is not there" in data.what
    folder.mkdir(parents=True)
    (folder / "mnist.npz").touch()
    assert doctor(["cleartext"])[1].what.endswith(f"your data folder is {folder}: mnist.npz")
    monkeypatch.setenv("BENCH_DATA", "")
    assert doctor(["cleartext"])[1].what.endswith(f"your data folder is {folder}: mnist.npz")


def test_a_user_without_a_home_is_told_where_data_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_home(monkeypatch)
    monkeypatch.delenv("BENCH_DATA", raising=False)
    data = doctor(["cleartext"])[1]
    assert (data.state, data.remedy) == ("missing", "set BENCH_DATA or HOME")


def test_data_memory_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "nowhere"))
    data, memory, disk = doctor(["cleartext"])[1:]
    assert (data.subject, data.state) == ("data", "missing")
    assert (memory.subject, disk.subject) == ("memory", "disk")
    assert str(tmp_path / "cache") in disk.what
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "mnist.npz").touch()
    assert "mnist.npz" in doctor(["cleartext"])[1].what
