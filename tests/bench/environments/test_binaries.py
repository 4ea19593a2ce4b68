"""What a library was built with is read from its binary, and not from what it says of itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.environments.binaries import BASELINE, facts

#: A loop that a compiler makes vector instructions of, as many as a set has room for.
SOURCE = """
#define LOOP(n) void loop##n(double *a, const double *b) { for (int i = 0; i < 1024; i++) a[i] += n * b[i]; }
LOOP(1) LOOP(2) LOOP(3) LOOP(4) LOOP(5) LOOP(6) LOOP(7) LOOP(8) LOOP(9) LOOP(10)
"""

compiles = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc to build binaries with")


def built(folder: Path, *flags: str) -> Path:
    source, library = folder / "loop.c", folder / "loop.so"
    source.write_text(SOURCE)
    command = ["gcc", "-O3", "-shared", "-fPIC", *flags, str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    return library


@compiles
@pytest.mark.parametrize(
    ("flags", "instructions"),
    [
        (("-march=x86-64",), BASELINE),
        (("-march=x86-64-v3",), "AVX2"),
        (("-march=x86-64-v4", "-mprefer-vector-width=512"), "AVX-512"),
    ],
)
def test_instructions_and_compiler_are_those_of_the_code(
    tmp_path: Path, flags: tuple[str, ...], instructions: str
) -> None:
    found = facts([built(tmp_path, *flags)])
    assert found["instructions"] == instructions
    assert found["compiler"].startswith("GCC ")
    assert (found["openmp"], found["hexl"]) == ("no", "no")


@compiles
def test_openmp_is_seen_by_what_the_binary_needs(tmp_path: Path) -> None:
    assert facts([built(tmp_path, "-fopenmp", "-Wl,--no-as-needed")])["openmp"] == "yes"


def test_what_is_no_binary_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("INPUT(libgomp.so)")
    assert facts([tmp_path / "text.so", tmp_path / "absent.so"]) == {}
