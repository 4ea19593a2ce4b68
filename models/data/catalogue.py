"""The data sets by the names that suites and recipes use."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from models.data import digits
from models.data.samples import Samples
from models.errors import ModelError

#: name → the held-out samples, interleaved by class.
HELD_OUT: Mapping[str, Callable[[], Samples]] = {"digits": digits.held_out}


def held_out(name: str) -> Samples:
    """The samples of a data set on which results are reported.

    Raises:
        ModelError: there is no such data set.
    """
    if name not in HELD_OUT:
        near = difflib.get_close_matches(name, HELD_OUT, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(HELD_OUT)}"
        raise ModelError(f"no data set is called {name!r}; {hint}")
    return HELD_OUT[name]()
