"""The environment variables of a party, which needs none of its starter's."""

from __future__ import annotations

import os
from pathlib import Path


def surroundings(folder: Path, threads: int) -> dict[str, str]:
    """All environment variables of a party.

    Args:
        folder: the party's own, where a library finds its home and a place for what is temporary.
        threads: how many a library may use.
    """
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "OPENBLAS_NUM_THREADS": "1",
    }
