"""The tests of one library's own behaviour are collected where that library is."""

from importlib.util import find_spec

collect_ignore = [f"test_{library}.py" for library in ("openfhe",) if find_spec(library) is None]
