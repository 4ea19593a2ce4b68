"""Builds TenSEAL's wheel with Intel HEXL: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

TenSEAL's own wheels have no HEXL. Its source distribution has none of the libraries that it is built with:
CMake clones them from GitHub. Each is named here by its commit, in the version that TenSEAL names. SEAL
compresses what it saves, as in those wheels.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # run by its path, where this project is not installed

from backends import source_wheels
from backends.seal import hexl
from backends.source_wheels import BuildError, replaced

#: File → what is replaced in it.
CHANGES = {
    # The last CMake before those that refuse what protobuf and cpu_features ask for.
    "pyproject.toml": {'"setuptools>=77"': '"setuptools>=77", "cmake==3.31.10"'},
    # From this on, no submodules are cloned where none are named.
    "CMakeLists.txt": {"VERSION 3.14": "VERSION 3.16"},
    "cmake/seal.cmake": {"v4.3.3": "02a5c345a48281da2cdd382daec0ece02a3fae3f"},
    "cmake/protobuf.cmake": {"v3.15.8": '436bd7880e458532901c58f4d9d1ea23fa7edd52\n  GIT_SUBMODULES ""'},
    "cmake/pybind11.cmake": {"v2.12.0": "3e9dfa2866941655c56877882565e7577de6fc7b"},
    "cmake/xtensor.cmake": {
        "v3.9.1": "db78ac1d7716f56fc9f1b030b715f872f93964e4",
        "0.7.2": "e0f00666d90086bb245ae73abb6123d0e2c1b30b",
        "7.4.10": "5b8046e2c52a0e62021c2d81033ccc0018646358",
        "0.23.5": "05c88440bc72a5d1b5dccabd9ee4ec043131348f",
    },
}
#: SEAL's dependencies of other releases than it names: the ones that this build was tried with.
OWN = {
    "zlib": ("https://github.com/madler/zlib.git", "51b7f2abdade71cd9bb0e7a373ef2610ec6f9daf"),  # v1.3.1
    "zstd": ("https://github.com/facebook/zstd.git", "794ea1b0afca0f020f4e57b6732332231fb23c70"),  # v1.5.6
}
WITHOUT_HEXL = "set(SEAL_USE_INTEL_HEXL OFF)\n"


def build(requirement: str, folder: Path) -> Path:
    """The wheel of `requirement`, such as `tenseal==0.3.18+hexl1.2.6`, built into `folder`.

    Raises:
        BuildError: no source, one of another version, or a failed build.
    """
    public, with_hexl = hexl.without_label(requirement)
    if not with_hexl:
        raise BuildError(f"{public} is built with HEXL alone; require {public}{hexl.LABEL}")
    processors = len(os.sched_getaffinity(0))  # without a number, TenSEAL starts all compilers at once
    return source_wheels.build(public, folder, _change, variables={"MAKEFLAGS": f"-j{processors}"})


def _change(source: Path) -> None:
    """Name every commit, and have SEAL built with HEXL."""
    for name, changes in CHANGES.items():
        for old, new in changes.items():
            _replace(source, name, old, new)
    options = hexl.cmake_options(source / "hexl" / "source")
    lines = [f'set({option} "{value}")' for option, value in options.items()]
    lines += [
        f"FetchContent_Declare({name} GIT_REPOSITORY {address} GIT_TAG {commit})"
        for name, (address, commit) in OWN.items()
    ]
    _replace(source, "cmake/seal.cmake", WITHOUT_HEXL, "\n".join(lines) + "\n")


def _replace(source: Path, name: str, old: str, new: str) -> None:
    path = source / name
    text = path.read_text(encoding="utf-8")
    path.write_text(replaced(text, old, new, f"TenSEAL's {name}"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(source_wheels.main(__file__, build))
