"""What `bench run` refuses before it makes a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UserError
from tests.bench.commands import bench


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("pyfhel", "pyfhel has no build 'nativ'; it has default, native"),
        ("cleartext", "cleartext has no library to build"),
    ],
)
def test_a_build_that_no_backend_has(tmp_path: Path, asked: str, sentence: str) -> None:
    output = tmp_path / "results"
    with pytest.raises(UserError, match=sentence):
        bench("run", "toy", "--backend", asked, "--build", "nativ", "--output", str(output))
    assert not output.exists()
