"""What recipes of wheels have in common: what is unpacked, what is replaced, and what is said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from backends import source_wheels
from backends.source_wheels import BuildError
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
    done = subprocess.run(
        [sys.executable, "-I", str(script), "pyfhel==3.5.0", str(tmp_path / "wheels")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].startswith("`pip download` failed; mend")
    assert not list((tmp_path / "wheels").iterdir())


def test_what_is_replaced_has_to_be_there() -> None:
    assert source_wheels.replaced("a = 1", "1", "2", "a file") == "a = 2"
    with pytest.raises(BuildError, match="a file has no 'b'; require the version"):
        source_wheels.replaced("a = 1", "b", "c", "a file")
