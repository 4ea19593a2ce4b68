"""Nothing of the secret key, no sample and no decrypted value is left, however a run of a library ends."""

from __future__ import annotations

import subprocess
import sys

from backends.registry import get
from tests.test_walls import ROOT

#: Of the endings of `tests.secrets.campaign`.
TRIED = (
    "well",
    "prints its secrets",
    "SIGKILL to the key_owner in decryption",
    "SIGTERM and SIGTERM",
    "keeps its keys, then resumed",
)


def test_nothing_secret_is_left(backend: str) -> None:
    command = [sys.executable, "-m", "tests.secrets.campaign", "--backend", backend]
    for name in TRIED:
        command += ["--only", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = get(backend)
    several = backend == "openfhe"
    assert done.stdout.count("nothing left: ") == 3 + found.keeps_secret_key + several
    assert done.stdout.count("found: ") == 1
