"""Files of numpy that are damaged are refused in one kind of error."""

from __future__ import annotations

import io

import numpy as np
import pytest

from models.arrays import read_array, read_arrays


def written(*, archive: bool) -> bytes:
    file = io.BytesIO()
    if archive:
        np.savez(file, one=np.arange(8.0))
    else:
        np.save(file, np.arange(8.0))
    return file.getvalue()


def test_arrays_come_back() -> None:
    assert read_array(io.BytesIO(written(archive=False))).tolist() == list(range(8))
    assert read_arrays(io.BytesIO(written(archive=True)))["one"].tolist() == list(range(8))


@pytest.mark.parametrize("archive", [False, True])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"(8,)", b"(8,\0"),  # each is raised as another error by numpy
        (b"(8,)", b"((((((("),
        (b"'<f8'", b"'O'  "),
        (b"(8,)", b"(8**9,)"),
        (b"shape", b"sh\xffpe"),
        (b"(8,), }" + b" " * 23, b"(8" + b"9" * 23 + b",), }"),
    ],
)
def test_a_damaged_header_is_one_kind_of_error(archive: bool, before: bytes, after: bytes) -> None:
    data = written(archive=archive)
    assert before in data
    with pytest.raises(ValueError, match=r"."):
        (read_arrays if archive else read_array)(io.BytesIO(data.replace(before, after)))


def test_the_one_is_not_taken_for_the_other_and_half_a_file_for_none() -> None:
    with pytest.raises(ValueError, match="one array and no names"):
        read_arrays(io.BytesIO(written(archive=False)))
    with pytest.raises(ValueError, match="arrays by names"):
        read_array(io.BytesIO(written(archive=True)))
    for archive in (False, True):
        data = written(archive=archive)
        with pytest.raises(ValueError, match=r"."):
            (read_arrays if archive else read_array)(io.BytesIO(data[: len(data) // 2]))
