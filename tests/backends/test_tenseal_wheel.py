"""The recipe of TenSEAL's wheel with Intel HEXL: what it changes in the source, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backends import source_wheels
from backends.seal import hexl
from backends.source_wheels import BuildError
from backends.tenseal import build_wheel

DECLARED = (
    "FetchContent_Declare(\n  {name}\n  GIT_REPOSITORY https://github.com/{name}\n  GIT_TAG        {tag}\n)\n"
)
TEXTS = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools>=77", "wheel"]\n',
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.14)\n",
    "cmake/seal.cmake": "set(SEAL_BUILD_DEPS ON)\nset(SEAL_USE_INTEL_HEXL OFF)\n\n"
    + DECLARED.format(name="microsoft/SEAL", tag="v4.3.3"),
    "cmake/protobuf.cmake": DECLARED.format(name="protocolbuffers/protobuf", tag="v3.15.8"),
    "cmake/pybind11.cmake": DECLARED.format(name="pybind/pybind11", tag="v2.12.0"),
    "cmake/xtensor.cmake": "".join(
        DECLARED.format(name=name, tag=tag)
        for name, tag in (
            ("nlohmann/json", "v3.9.1"),
            ("xtensor-stack/xtl", "0.7.2"),
            ("xtensor-stack/xsimd", "7.4.10"),
            ("xtensor-stack/xtensor", "0.23.5"),
        )
    ),
}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lines of the distribution that are changed; nothing is cloned."""
    monkeypatch.setattr(source_wheels, "clone", lambda address, commit, folder: folder.mkdir(parents=True))
    for name, text in TEXTS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_every_source_is_of_one_commit(source: Path) -> None:
    build_wheel._change(source)
    tags = re.findall(r"GIT_TAG +(\S+?)\)?\n", "".join(path.read_text() for path in source.rglob("*.cmake")))
    assert len(tags) == 9
    assert all(re.fullmatch("[0-9a-f]{40}", tag) for tag in tags)
    assert 'GIT_SUBMODULES ""' in (source / "cmake/protobuf.cmake").read_text()


def test_seal_takes_hexl_from_where_it_was_cloned(source: Path) -> None:
    build_wheel._change(source)
    text = (source / "cmake/seal.cmake").read_text()
    assert "set(SEAL_BUILD_DEPS ON)" in text
    assert 'set(SEAL_USE_INTEL_HEXL "ON")' in text
    folder = re.search(r'set\(FETCHCONTENT_SOURCE_DIR_HEXL "(.*)"\)', text)
    assert folder is not None
    assert Path(folder[1]).is_dir()
    before, seal = text.index("FetchContent_Declare(zlib"), text.index("microsoft/SEAL")
    assert before < seal  # the first declaration of a name is the one that counts


@pytest.mark.parametrize("name", TEXTS)
def test_refuses_a_source_of_another_version(source: Path, name: str) -> None:
    (source / name).write_text("another\n")
    with pytest.raises(BuildError, match=f"TenSEAL's {name} has no .*; require the version"):
        build_wheel._change(source)


@pytest.mark.parametrize(
    ("requirement", "sentence"),
    [
        ("tenseal==0.3.18", f"with HEXL alone; require tenseal==0.3.18{re.escape(hexl.LABEL)}"),
        ("tenseal==0.3.18+hexl9", f"only tenseal==0.3.18{re.escape(hexl.LABEL)} is known"),
    ],
)
def test_builds_with_the_pinned_hexl_alone(tmp_path: Path, requirement: str, sentence: str) -> None:
    with pytest.raises(BuildError, match=sentence):
        build_wheel.build(requirement, tmp_path)
