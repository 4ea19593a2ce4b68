"""Every error of a party is a sentence with its cause and a remedy."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from backends.errors import ExecutionError
from bench.parties.errors import MessageError
from bench.parties.reasons import reason


def raised_by(work: object) -> Exception:
    """What some work raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  (of any kind)
        work()  # type: ignore[operator]
    return caught.value


class ElsewhereError(ExecutionError):
    """Of a backend of another package."""


@pytest.mark.parametrize(
    "error",
    [ExecutionError("rescale first"), MessageError("a field is missing"), ElsewhereError("lower it first")],
)
def test_the_projects_own_stay_as_they_are(error: Exception) -> None:
    assert reason(error) == str(error)


def test_a_file_that_is_not_there() -> None:
    found = reason(raised_by(lambda: Path("/nowhere/program.json").read_text()))
    assert found == (
        "a file /nowhere/program.json cannot be used (No such file or directory); see that nothing else "
        "changes its folder"
    )


def test_a_full_disk() -> None:
    assert reason(OSError(errno.ENOSPC, "No space left")).startswith("the disk is full; free some")


def test_an_error_of_numpy_has_a_name_and_a_remedy() -> None:
    found = reason(raised_by(lambda: np.arange(24).reshape(5, 5)))
    assert "(ValueError: cannot reshape array of size 24 into shape (5,5))" in found
    assert "its log" in found


def test_where_in_its_source_a_library_gave_up_is_left_out() -> None:
    error = RuntimeError("/somewhere/src/pke/lib/cryptocontext.cpp:l.577:Decrypt(): wrong context\nmore")
    assert "(RuntimeError: wrong context)" in reason(error)


def test_memory_and_libraries() -> None:
    assert reason(MemoryError()) == "there was no memory; free some, or use a smaller parameter set"
    assert reason(MemoryError("no room for keys")).startswith("no room for keys; ")
    assert "`python -m bench doctor`" in reason(ModuleNotFoundError("No module named 'openfhe'"))


def test_an_error_without_a_text() -> None:
    assert "(ValueError)" in reason(ValueError())
