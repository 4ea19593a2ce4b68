"""Prices of terms, by least squares on the relative error; no price is negative (Lawson and Hanson 1974)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from bench.run.prediction.work import Term, Terms

#: Seconds of a term where nothing was measured that has it, by the term's name: a call from Python, a million
#: products of residues, a million butterflies, two processes that start. They are rough, for a core of a 2024
#: server.
NOMINAL = {
    "call": 5e-6,
    "one": 1e-6,
    "points": 1e-3,
    "plaintexts": 1e-3,
    "bytes": 2e-3,
    "start": 3.0,
    "slots": 0.0,
    "transforms": 2e-3,
    "switches": 2e-3,
    "raised once": 0.0,
    "raised": 2e-3,
    "lowered": 2e-3,
}


@dataclass(frozen=True)
class Row:
    """Work and the seconds that it was measured to take.

    `primitive` is false of a stage, such as the making of all keys.
    """

    terms: Terms
    seconds: float
    primitive: bool = True


@dataclass(frozen=True)
class Prices:
    """Seconds of each term."""

    by_term: Mapping[Term, float]

    def seconds(self, terms: Terms) -> float:
        """What work of these terms takes."""
        return sum(amount * self._price(term) for term, amount in terms.items())

    def _price(self, term: Term) -> float:
        """Fitted, or rough where nothing was measured that has the term."""
        return self.by_term[term] if term in self.by_term else NOMINAL[term[1]]


def fit(rows: Sequence[Row], weak: Sequence[Row] = (), weight: float = 0.1) -> Prices:
    """Prices under which the rows are met best, each by its relative error.

    Args:
        rows: what was measured.
        weak: rows that count less, for what the others leave open.
        weight: how much less.
    """
    weighted = [(row, 1.0) for row in rows] + [(row, weight) for row in weak]
    names = sorted({term for row, _ in weighted for term, amount in row.terms.items() if amount})
    if not names:
        return Prices({})
    column = {term: place for place, term in enumerate(names)}
    matrix = np.zeros((len(weighted), len(names)))
    for place, (row, weigh) in enumerate(weighted):
        for term, amount in row.terms.items():
            if amount:
                matrix[place, column[term]] = weigh * amount / row.seconds
    scale = np.linalg.norm(matrix, axis=0)
    target = np.array([weigh for _, weigh in weighted])
    found, _ = scipy.optimize.nnls(matrix / scale, target, maxiter=50 * len(names))
    return Prices(dict(zip(names, map(float, found / scale), strict=True)))


def total(parts: Iterable[Terms]) -> dict[Term, float]:
    """The terms of several pieces of work together."""
    found: dict[Term, float] = {}
    for part in parts:
        for term, amount in part.items():
            found[term] = found.get(term, 0.0) + amount
    return found
