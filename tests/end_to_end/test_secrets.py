"""Nothing of the secret key, no sample and no decrypted value is left, however a run of a library ends."""

from __future__ import annotations

import subprocess
import sys

from backends.registry import get, simulates
from tests.test_walls import ROOT

#: Of the endings of `tests.secrets.campaign`, one that must be found and others that must not.
FOUND = "prints its secrets"
ON_EVERY_BACKEND = ("well", "SIGKILL to the key_owner in decryption")
ON_THE_SIMULATOR = ("SIGTERM and SIGTERM", "keeps its keys, then resumed")


def test_nothing_secret_is_left(backend: str) -> None:
    tried = (*ON_EVERY_BACKEND, *(ON_THE_SIMULATOR if simulates(backend) else ()))
    command = [sys.executable, "-m", "tests.secrets.campaign", "--backend", backend]
    for name in (FOUND, *tried):
        command += ["--only", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    several = get(backend).name == "openfhe"
    assert done.stdout.count("nothing left: ") == len(tried) + several
    assert done.stdout.count("found: ") == 1
