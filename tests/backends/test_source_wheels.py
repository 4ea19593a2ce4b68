"""What recipes of wheels have in common: what is unpacked, what is replaced, and what is said."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from backends import source_wheels
from backends.seal import hexl
from backends.source_wheels import BuildError
from bench.environments.declaration import load
from tests.walls import ROOT

SCRIPTS = sorted(ROOT.glob("backends/*/build_wheel.py"))


def test_unpacks_nothing_outside_its_folder(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    with pytest.raises(tarfile.OutsideDestinationError):
        source_wheels.unpack(archive, tmp_path / "source")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.parent.name)
def test_says_in_one_sentence_that_there_is_no_source(tmp_path: Path, script: Path) -> None:
    label = hexl.LABEL if script.parent.name == "tenseal" else ""
    done = subprocess.run(
        [sys.executable, "-I", str(script), f"pyfhel==3.5.0{label}", str(tmp_path / "wheels")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].startswith("`pip download` failed; mend")
    assert not list((tmp_path / "wheels").glob("*"))


def test_what_is_replaced_has_to_be_there() -> None:
    assert source_wheels.replaced("a = 1", "1", "2", "a file") == "a = 2"
    with pytest.raises(BuildError, match="a file has no 'b'; require the version"):
        source_wheels.replaced("a = 1", "b", "c", "a file")


def repository(folder: Path) -> tuple[str, str]:
    """A repository with one commit, and that commit."""
    said = [
        subprocess.run(
            ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for arguments in (
            ["init", "--quiet"],
            ["add", "."],
            ["commit", "--quiet", "--message", "first"],
            ["rev-parse", "HEAD"],
        )
    ]
    return str(folder), said[-1].strip()


def test_clones_the_commit_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("content")
    address, commit = repository(tmp_path / "there")
    source_wheels.clone(address, commit, tmp_path / "new" / "source")
    assert (tmp_path / "new" / "source" / "file").read_text() == "content"
    with pytest.raises(
        BuildError, match=r"could not get commit 0+ of .*; where GitHub cannot be reached, `git"
    ):
        source_wheels.clone(address, "0" * 40, tmp_path / "none")


def test_cloning_needs_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="not on PATH; install git"):
        source_wheels.clone(hexl.ADDRESS, hexl.COMMIT, tmp_path / "source")


def test_hexl_is_one_commit_of_a_public_repository() -> None:
    assert re.fullmatch(r"https://github\.com/\w+/hexl\.git", hexl.ADDRESS)
    assert re.fullmatch("[0-9a-f]{40}", hexl.COMMIT)
    assert hexl.without_label("Pyfhel==3.5.0") == ("Pyfhel==3.5.0", False)
    for name in ("pyfhel", "tenseal"):
        build = load(ROOT / "backends" / name / "environment.yaml").of("hexl").build
        assert build is not None
        assert hexl.without_label(build.requirement)[1]
        assert build.flags  # for this processor, and so known by it
