"""The tests of one library's own behaviour, `test_<backend>.py`, are collected where that library is."""

from importlib.util import find_spec

from tests.walls import LIBRARIES

collect_ignore = [
    f"test_{package.rpartition('.')[2]}.py"
    for library, package in LIBRARIES.items()
    if find_spec(library) is None
]
