"""The recipe of Pyfhel's wheel: what it changes in the source, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backends import source_wheels
from backends.errors import ExecutionError
from backends.pyfhel import build_wheel, galois_file
from backends.seal import hexl
from backends.source_wheels import BuildError

Change = Callable[[Path], None]

PROJECT = """\
[cpplibraries.SEAL]
mode = 'cmake'
    [cpplibraries.SEAL.cmake_opts]
    CMAKE_BUILD_TYPE = 'Release'
    SEAL_USE_INTEL_HEXL ='OFF'   # use Intel HEXL
    SEAL_USE_MSGSL = 'ON'       # with GSL
    SEAL_USE_ZLIB\t= 'ON'
    SEAL_USE_ZSTD\t= 'ON'
[cpplibraries.Afhel]
define_macros = [ ["SEAL_USE_ZLIB","0"], ]
"""


def test_switches_off_what_is_downloaded(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(PROJECT)
    build_wheel._set_options(project, build_wheel.SWITCHED_OFF)
    lines = [line.strip() for line in project.read_text().splitlines()]
    for option in build_wheel.SWITCHED_OFF:
        assert [line for line in lines if line.startswith(option)] == [f"{option} = 'OFF'"]
    section = lines[lines.index(build_wheel.OPTIONS_SECTION) : lines.index("[cpplibraries.Afhel]")]
    assert len([line for line in section if line.endswith("'OFF'")]) == len(build_wheel.SWITCHED_OFF)
    assert "SEAL_USE_INTEL_HEXL ='OFF'   # use Intel HEXL" in section
    assert "CMAKE_BUILD_TYPE = 'Release'" in section
    assert 'define_macros = [ ["SEAL_USE_ZLIB","0"], ]' in lines


def test_hexl_is_the_only_thing_that_is_cloned_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(PROJECT)
    cloned: dict[str, Path] = {}
    monkeypatch.setattr(
        source_wheels, "clone", lambda address, commit, folder: cloned.update({address: folder})
    )

    def built(requirement: str, folder: Path, change: Change, *, variables: dict[str, str]) -> Path:
        assert requirement == "Pyfhel==3.5.0"
        assert variables == build_wheel.VARIABLES
        change(tmp_path)
        return folder

    monkeypatch.setattr(source_wheels, "build", built)
    build_wheel.build(f"Pyfhel==3.5.0{hexl.LABEL}", tmp_path)
    options = dict(re.findall(r"^ +(\w+) = '(\S+)'$", project.read_text(), re.MULTILINE))
    assert cloned == {hexl.ADDRESS: Path(options["FETCHCONTENT_SOURCE_DIR_HEXL"])}
    assert options["SEAL_USE_INTEL_HEXL"] == options["SEAL_BUILD_DEPS"] == "ON"
    assert {options[name] for name in build_wheel.SWITCHED_OFF if name != "SEAL_BUILD_DEPS"} == {"OFF"}


def test_refuses_a_source_of_another_shape(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[project]\n")
    with pytest.raises(BuildError, match="cmake_opts"):
        build_wheel._set_options(project, build_wheel.SWITCHED_OFF)


def test_a_file_of_rotation_keys_in_another_format_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "keys"
    for content in (b"", b"\x5e\xa1\x10\x04\x03\x02" + bytes(50), b"\x5e\xa1\x10\x04\x01\x00" + bytes(42)):
        foreign.write_bytes(content)
        with pytest.raises(ExecutionError, match="make the keys again"):
            galois_file.elements(foreign)
