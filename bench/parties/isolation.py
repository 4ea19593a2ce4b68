"""What a party sees: its own folder, its interpreter and the system; neither folder nor memory of another.

Landlock does it where the kernel has it, namespaces where it has not, and where neither may be used the
record says so.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.packages import FOLDER, PACKAGES
from bench.parties import landlock, namespaces

#: What can hold, the weakest first.
NONE, NAMESPACES, LANDLOCK = "none", "namespaces", "landlock"
STRENGTHS = (NONE, NAMESPACES, LANDLOCK)

#: Where libraries of the system lie, and what they read of it. Of `/proc` it is the party's own folder alone.
_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc", "/nix/store", "/gnu/store", "/sys"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/sys"),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def isolate(own: Path, session: Path) -> str:
    """Take from this process the sight of other parties; one of `STRENGTHS`, that which holds.

    Must be called before there is a second thread, and before a library is imported.

    Args:
        own: the party's folder.
        session: the folder in which those of all parties lie.
    """
    seen = _seen()
    if landlock.restrict(own, seen, [Path(one) for one in _DEVICES], session):
        return LANDLOCK
    return NAMESPACES if namespaces.hide(session, own, seen) else NONE


def _seen() -> list[Path]:
    """The system, the interpreter, everything that can be imported, and this project's packages."""
    places = [
        *_SYSTEM,
        *(sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parent)),
        *sys.path,
        *(str(FOLDER / name) for name in PACKAGES),
    ]
    return list(dict.fromkeys(Path(place).resolve() for place in places if place))
