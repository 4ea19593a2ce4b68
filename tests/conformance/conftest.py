"""One pair of parties per backend: the evaluator is made from the files that the key owner wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, Library, Vector
from backends.planner import plan, refresh_for
from backends.program import Program
from backends.registry import get, load_library
from tests.backends.graphs import DEGENERATE, MODELS
from tests.toy import PORTABLE

STEPS = (1, 5, 64, PORTABLE.slots - 1)
MINIMUM_BITS = 20.0  # of one operation; fresh ciphertexts at these parameters carry 24 to 30


def precision_bits(measured: Vector, expected: Vector) -> float:
    """-log2 of the largest error over the largest value."""
    error = float(np.abs(measured - expected).max())
    return float("inf") if error == 0 else float(-np.log2(error / np.abs(expected).max()))


@dataclass
class Parties:
    """Both roles of one backend, over one folder of key files."""

    library: type[Library]
    owner: KeyOwner
    evaluator: Evaluator
    folder: Path
    files: list[KeyFile]
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(20))

    def values(self) -> Vector:
        """A slot vector in [-1, 1]."""
        return self.random.uniform(-1, 1, PORTABLE.slots)

    def assert_holds(
        self, ciphertext: Ciphertext, expected: Vector, level: int, bits: float = MINIMUM_BITS
    ) -> None:
        """The ciphertext is at `level` for both roles and decrypts to `expected`."""
        assert self.evaluator.level(ciphertext) == level
        assert self.owner.level(ciphertext) == level
        assert precision_bits(self.owner.decrypt(ciphertext), expected) >= bits

    @contextmanager
    def counting(self, **expected: int) -> Iterator[None]:
        """The body executes exactly these primitives."""
        before = Counter(self.evaluator.counts)
        yield
        assert dict(self.evaluator.counts - before) == expected


@pytest.fixture(scope="session")
def library(backend: str) -> type[Library]:
    """The adapter's class; where it does not import, the tests of a backend asked for by name fail."""
    return load_library(get(backend).adapter)


@pytest.fixture(scope="session")
def programs(backend: str) -> dict[str, Program]:
    """Small models that together have every operation of a graph, planned with round trips."""
    refresh = refresh_for("round_trip", PORTABLE, get(backend).capabilities(PORTABLE))
    return {name: plan(make(), PORTABLE, refresh) for name, make in {**MODELS, **DEGENERATE}.items()}


@pytest.fixture(scope="session")
def parties(
    backend: str,
    library: type[Library],
    programs: dict[str, Program],
    tmp_path_factory: pytest.TempPathFactory,
) -> Parties:
    folder = tmp_path_factory.mktemp(backend)
    owner = library.key_owner(PORTABLE)
    steps = {*STEPS, *(step for program in programs.values() for step in program.rotation_steps)}
    files = owner.generate(folder, sorted(steps), bootstrap=False)
    return Parties(library, owner, library.evaluator(PORTABLE, folder, files), folder, files)
