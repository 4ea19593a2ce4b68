"""Tests of one library's own behaviour, `test_<backend>.py` and `<backend>/`, are collected where it is."""

from importlib.util import find_spec

from tests.walls import LIBRARIES

collect_ignore = [
    name
    for library, package in LIBRARIES.items()
    if find_spec(library) is None
    for backend in [package.rpartition(".")[2]]
    for name in (f"test_{backend}.py", backend)
]
