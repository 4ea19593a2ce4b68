"""Real and imaginary parts of slots, by one conjugation and at no level: twice what they are."""

from __future__ import annotations

from backends.interface import Ciphertext, Evaluator


def real(evaluator: Evaluator, x: Ciphertext) -> Ciphertext:
    """Twice the real parts."""
    return evaluator.add(x, evaluator.conjugate(x))


def imaginary(evaluator: Evaluator, x: Ciphertext) -> Ciphertext:
    """2i times the imaginary parts."""
    return evaluator.subtract(x, evaluator.conjugate(x))


def both(evaluator: Evaluator, x: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
    """Twice the real parts and 2i times the imaginary parts, of one conjugate."""
    conjugate = evaluator.conjugate(x)
    return evaluator.add(x, conjugate), evaluator.subtract(x, conjugate)
