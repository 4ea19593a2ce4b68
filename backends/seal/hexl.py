"""Intel HEXL for the wheels that are built over Microsoft SEAL: which one, and how SEAL's build takes it.

HEXL does SEAL's number-theoretic transforms and elementwise products by AVX-512. SEAL's own build would clone
it from an address that has moved, at an older release. Only the standard library is needed, because scripts
that build wheels use it.
"""

from __future__ import annotations

from pathlib import Path

from backends import source_wheels
from backends.source_wheels import BuildError

ADDRESS = "https://github.com/IntelLabs/hexl.git"
VERSION = "1.2.6"
COMMIT = "75a60b8cc908fb4c166315dd8b55b2e1ee7faea7"
#: What stands behind the version of a library in the requirement of a build that is to hold HEXL.
LABEL = f"+hexl{VERSION}"


def without_label(requirement: str) -> tuple[str, bool]:
    """What the package index knows of a requirement, and whether HEXL was asked for.

    Raises:
        BuildError: another version of HEXL was asked for.
    """
    public, plus, label = requirement.partition("+")
    if plus and plus + label != LABEL:
        raise BuildError(f"{requirement} cannot be built; only {public}{LABEL} is known")
    return public, bool(plus)


def cmake_options(folder: Path) -> dict[str, str]:
    """The options of CMake with which SEAL is built with HEXL, whose sources are cloned into `folder`.

    Raises:
        BuildError: they cannot be cloned.
    """
    source_wheels.clone(ADDRESS, COMMIT, folder)
    return {
        "SEAL_USE_INTEL_HEXL": "ON",
        "SEAL_USE_ALIGNED_ALLOC": "ON",  # to 64 bytes, as AVX-512 likes it
        "FETCHCONTENT_SOURCE_DIR_HEXL": folder.as_posix(),
    }
