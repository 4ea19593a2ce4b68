"""The evaluator that the SEAL adapters share, over a binding that only keeps book of levels and scales."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from backends.errors import ExecutionError
from backends.interface import Ciphertext, Plaintext, Vector
from backends.primitives import Primitive
from backends.seal.context import SEALContext
from backends.seal.evaluator import SEALEvaluator, counted
from backends.seal.keys import KeyFolder
from tests.backends.test_seal import CHAIN, MODULI
from tests.toy import PORTABLE


@dataclass
class Booked(Ciphertext, Plaintext):
    """A ciphertext or plaintext: its level and scale."""

    level: int
    scale: float


class Context(SEALContext):
    """SEAL's bookkeeping, and files that say no more than whether they are whole."""

    def save(self, path: Path) -> None:
        path.write_text("context")

    def encode(self, values: Vector | float, level: int, scale: float) -> Booked:
        return Booked(level, scale)

    def level(self, ciphertext: Booked) -> int:
        return ciphertext.level

    def scale(self, ciphertext: Booked) -> float:
        return ciphertext.scale

    def set_scale(self, ciphertext: Booked, scale: float) -> None:
        ciphertext.scale = scale

    def _load(self, path: Path) -> Booked:
        if path.read_text() == "cut off":
            raise RuntimeError("unexpected size")
        return Booked(2, float(path.read_text()))

    def _save(self, ciphertext: Booked, path: Path) -> None:
        raise RuntimeError("I/O error")


class Evaluator(SEALEvaluator):
    """Computes levels and scales; multiplication is refused, as SEAL refuses a transparent result."""

    def __init__(self) -> None:
        super().__init__(Context(PORTABLE, CHAIN))
        self.loaded: list[str] = []

    def _load(self, keys: KeyFolder) -> None:
        self.loaded += [file.name for file in keys.files]

    def _has_rotation_key(self, step: int) -> bool:
        return f"rotation_{step}.seal" in self.loaded

    @counted(Primitive.ROTATE)
    def _rotated(self, a: Booked, step: int) -> Booked:
        return Booked(a.level, a.scale)

    @counted(Primitive.RESCALE)
    def _rescaled(self, product: Booked) -> Booked:
        return Booked(product.level - 1, product.scale / MODULI[product.level])

    @counted(Primitive.DROP)
    def _dropped(self, a: Booked, start: int, level: int, one: Booked) -> Booked:
        assert one.level == level + 1
        return Booked(level, a.scale * one.scale / MODULI[level + 1])

    @counted(Primitive.ADD)
    def add(self, a: Booked, b: Booked) -> Booked:
        return Booked(a.level, a.scale)

    @counted(Primitive.MULTIPLY)
    def multiply(self, a: Booked, b: Booked) -> Booked:
        raise RuntimeError("result ciphertext is transparent")

    subtract = negate = add_plain = multiply_plain = relinearise = add


def fresh(level: int) -> Booked:
    return Booked(level, CHAIN.scale(level))


def test_rescaling_and_dropping_land_on_the_canonical_scale() -> None:
    evaluator = Evaluator()
    for level in range(1, PORTABLE.depth + 1):
        product = Booked(level, CHAIN.scale(level) ** 2)
        assert evaluator.rescale(product) == fresh(level - 1)
        for target in range(level):
            assert evaluator.drop(fresh(level), target) == fresh(target)
    drops = sum(range(1, PORTABLE.depth + 1))
    assert evaluator.counts == {"rescales": PORTABLE.depth, "drops": drops}


def test_another_scale_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="not the canonical"):
        Evaluator().rescale(fresh(3))


def test_a_rotation_wants_its_own_key(tmp_path: Path) -> None:
    evaluator = Evaluator()
    with pytest.raises(ExecutionError, match="no key for a rotation by 4"):
        evaluator.rotate(fresh(1), 4)
    assert not evaluator.counts
    keys = KeyFolder(tmp_path)
    keys.add_rotation(4)
    evaluator.load_keys(tmp_path, keys.files[0])
    evaluator.rotate(fresh(1), 4)
    assert evaluator.counts == {"rotations": 1}


def test_what_seal_refuses_is_said_in_our_words() -> None:
    with pytest.raises(ExecutionError, match=r"SEAL refused ct_ct .*transparent.*; skip all-zero plaintexts"):
        Evaluator().multiply(fresh(1), fresh(1))


def test_the_relinearisation_key_is_always_wanted(tmp_path: Path) -> None:
    evaluator, keys = Evaluator(), KeyFolder(tmp_path)
    with pytest.raises(ExecutionError, match="wrote no relinearisation_key"):
        evaluator._take(keys)
    keys.add("relinearisation_key")
    evaluator._take(keys)
    assert evaluator.loaded == ["relinearisation_key.seal"]


def test_files_are_read_at_the_canonical_scale_or_refused(tmp_path: Path) -> None:
    context = Evaluator().context
    (tmp_path / "whole").write_text(repr(CHAIN.scale(2) * (1 + 2.0**-50)))
    assert context.read(tmp_path / "whole") == fresh(2)
    (tmp_path / "broken").write_text("cut off")
    with pytest.raises(ExecutionError, match="SEAL refused the ciphertext broken"):
        context.read(tmp_path / "broken")
    with pytest.raises(ExecutionError, match="could not write"):
        context.write(fresh(1), tmp_path / "full")
