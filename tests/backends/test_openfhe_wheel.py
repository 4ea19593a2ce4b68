"""How OpenFHE is built with Intel HEXL, as far as seconds allow: what is pinned, and what is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backends.seal import hexl
from bench.environments.declaration import load

FOLDER = Path(__file__).parents[2] / "backends" / "openfhe"
SOURCES = re.compile(r"GIT_REPOSITORY (\S+)\s+GIT_TAG (\S+)")


def test_every_source_is_of_one_commit_of_a_public_repository() -> None:
    sources = SOURCES.findall((FOLDER / "hexl" / "CMakeLists.txt").read_text())
    assert len(sources) == 4
    for address, commit in sources:
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+\.git", address)
        assert re.fullmatch("[0-9a-f]{40}", commit)
    assert (hexl.ADDRESS, hexl.COMMIT) in sources  # one HEXL for all libraries


@pytest.mark.parametrize(
    ("requirement", "path", "sentence"),
    [
        ("openfhe==1.5.1+hexl1.2.6", "", "is not on PATH; install git"),
        ("openfhe==1.6.1", os.environ["PATH"], "does not build openfhe==1.6.1; require the version"),
    ],
)
def test_says_in_one_sentence_what_it_lacks(
    tmp_path: Path, requirement: str, path: str, sentence: str
) -> None:
    build = load(FOLDER / "environment.yaml").of("hexl").build
    assert build is not None
    done = subprocess.run(
        [sys.executable, "-I", str(build.script), requirement, str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PATH": path},
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_declaration_asks_for_the_version_that_is_built() -> None:
    build = load(FOLDER / "environment.yaml").of("hexl").build
    assert build is not None
    version = build.requirement.partition("==")[2]
    assert f'version = "{version}"' in (FOLDER / "hexl" / "pyproject.toml").read_text()
