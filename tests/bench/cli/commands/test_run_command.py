"""What `bench run` refuses before it makes a record, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UserError
from tests.bench.commands import bench


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("pyfhel", "pyfhel has no build 'nativ'; it has default, native"),
        ("openfhe", "openfhe has no build 'nativ'; it has default, hexl"),
        ("cleartext", "cleartext has no library to build; leave out --build"),
    ],
)
def test_a_build_that_no_backend_has(tmp_path: Path, asked: str, sentence: str) -> None:
    output = tmp_path / "results"
    with pytest.raises(UserError, match=sentence):
        bench("run", "toy", "--backend", asked, "--build", "nativ", "--output", str(output))
    assert not output.exists()


def test_records_as_json_then_a_quiet_run_then_what_to_type_next(tmp_path: Path) -> None:
    cell = ("run", "toy", "--backend", "cleartext", "--parameters", "round_trip", "--samples", "2")
    folder = tmp_path / "my results"
    (record,) = json.loads(bench(*cell, "--output", str(folder), "--json"))
    assert (record["status"], record["parameters"]["alias"]) == ("ok", "round_trip")
    quiet = bench(*cell, "--output", str(folder), "--quiet").splitlines()
    assert quiet == [
        "every cell was answered by a kept run",
        f"next: bench show '{folder}', or bench report '{folder}' --output report.html",
    ]
