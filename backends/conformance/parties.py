"""Both roles of one backend in one process, and what a check may say about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, Library, Vector
from backends.parameters import ParameterSet
from backends.registry import load_library

#: INSECURE: every real library can use it, with one special prime and without a bootstrap.
PARAMETERS = ParameterSet(log_n=12, first_modulus_bits=50, scale_bits=40, depth=6, digits=7, security=0)
STEPS = (1, 5, 64, PARAMETERS.slots - 1)
MINIMUM_BITS = 20.0  # of one operation; fresh ciphertexts at these parameters carry 24 to 30


class NotConforming(Exception):  # noqa: N818 - an outcome of a check
    """The adapter does something else than the contract says; the text says what."""


class LeftOut(Exception):  # noqa: N818 - an outcome of a check
    """A check does not apply to a backend; the text says why."""


def demand(holds: bool, otherwise: str) -> None:
    """Raise NotConforming, with what is `otherwise`, unless something holds."""
    if not holds:
        raise NotConforming(otherwise)


def precision_bits(measured: Vector, expected: Vector) -> float:
    """-log2 of the largest error over the largest value."""
    error = float(np.abs(measured - expected).max())
    return float("inf") if error == 0 else float(-np.log2(error / np.abs(expected).max()))


def demand_bits(measured: Vector, expected: Vector, bits: float, what: str) -> None:
    """Raise NotConforming unless values agree to so many bits."""
    found = precision_bits(measured, expected)
    demand(found >= bits, f"{what} has {found:.1f} bits where {bits:.0f} are due")


@dataclass
class Parties:
    """Both roles of one backend, over one folder of key files.

    Attributes:
        library: the adapter's class.
        owner: the key owner's role.
        evaluator: the evaluator's, made from the files that the key owner wrote.
        folder: that of the key files.
        files: as the key owner announced them.
        scratch: a folder for files of a check.
        random: where values are drawn from.
    """

    library: type[Library]
    owner: KeyOwner
    evaluator: Evaluator
    folder: Path
    files: list[KeyFile]
    scratch: Path
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(20))

    @classmethod
    def made(
        cls, adapter: str, scratch: Path, steps: Sequence[int] = (), conjugation: bool = False
    ) -> Parties:
        """Make keys for `STEPS` and some more rotations, and both roles.

        Args:
            adapter: `module:Class` of a `Library`.
            scratch: an empty folder.
            steps: further rotations.
            conjugation: whether the key of a conjugation is made too.
        """
        folder = scratch / "keys"
        folder.mkdir()
        library = load_library(adapter)
        owner = library.key_owner(PARAMETERS)
        wanted = sorted({*STEPS, *steps})
        files = owner.generate(folder, wanted, bootstrap=False, conjugation=conjugation)
        return cls(library, owner, library.evaluator(PARAMETERS, folder, files), folder, files, scratch)

    @property
    def encrypts(self) -> bool:
        """Whether this is a library; a simulator says of itself that it has no secret."""
        return self.owner.security().secret != "none"

    def values(self) -> Vector:
        """A slot vector in [-1, 1]."""
        return self.random.uniform(-1, 1, PARAMETERS.slots)

    def demand(
        self, ciphertext: Ciphertext, expected: Vector, level: int, bits: float = MINIMUM_BITS
    ) -> None:
        """Raise NotConforming unless a ciphertext is at `level` for both roles and decrypts to `expected`."""
        for who, role in (("evaluator", self.evaluator), ("key owner", self.owner)):
            found = role.level(ciphertext)
            demand(found == level, f"the {who} finds level {found} where {level} is due")
        demand_bits(self.owner.decrypt(ciphertext), expected, bits, f"a result at level {level}")

    @contextmanager
    def counting(self, **expected: int) -> Iterator[None]:
        """Raise NotConforming unless the body counts exactly these primitives."""
        before = Counter(self.evaluator.counts)
        yield
        found = dict(self.evaluator.counts - before)
        demand(found == expected, f"the adapter counts {found} where {expected} is due")


def demand_refusal(what: str, attempt: Callable[[], object], *admitted: type[Exception]) -> None:
    """Raise NotConforming unless something raises one of the exceptions `admitted`."""
    try:
        attempt()
    except admitted:
        return
    names = " or ".join(one.__name__ for one in admitted)
    raise NotConforming(f"{what} is not refused; raise {names}")
