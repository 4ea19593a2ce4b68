"""What a party says when something raises: one sentence with the cause and what to do."""

from __future__ import annotations

import errno
import re

from bench.packages import PACKAGES

#: Where in its own source a C++ library was when it gave up, which says nothing to whoever reads it.
_PLACE_IN_SOURCE = re.compile(r"^\S+\.(?:cpp|h|hpp|cc):(?:l\.)?\d+:(?:\w+\(\):)?\s*")


def reason(error: Exception) -> str:
    """The sentence about an error: this project's own as it is, any other with what it is and a remedy."""
    if any(kind.__module__.partition(".")[0] in PACKAGES for kind in type(error).__mro__):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{_first_line(error) or 'there was no memory'}; free some, or use a smaller parameter set"
    if isinstance(error, ImportError):
        return (
            f"its library cannot be imported ({_first_line(error)}); `python -m bench doctor` says what to do"
        )
    if isinstance(error, OSError):
        return _of_a_file(error)
    told = f"{type(error).__name__}: {_first_line(error)}".rstrip(": ")
    return f"it met what it does not know ({told}); the traceback in its log says where, for whoever mends it"


def _of_a_file(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full; free some or choose another --output"
    name = f"{error.filename} " if error.filename else ""
    return (
        f"a file {name}cannot be used ({error.strerror or error}); see that nothing else changes its folder"
    )


def _first_line(error: Exception) -> str:
    """The first line of an error's text, without the place in a library's own source."""
    line = (str(error).splitlines() or [""])[0]
    return _PLACE_IN_SOURCE.sub("", line)
