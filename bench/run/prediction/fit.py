"""Prices of terms, by least squares on the relative error; no price is negative (Lawson and Hanson 1974).

A time that is told a fifth too low and one told a fifth too high count alike: the error is relative to the
geometric mean of both times, by repeated weighting. Relative to what was measured, the slow rows of a noisy
machine would count less than the fast ones, and every sum would be told too low.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy

from bench.run.prediction.work import Term, Terms
from models.arrays import Array

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


#: How often rows are weighted anew, after which prices hardly change, and the least part of a measured time
#: that a row counts as told, so that none counts without bound.
_ROUNDS, _LEAST = 6, 0.05


@dataclass(frozen=True)
class Row:
    """Work and the seconds that it was measured to take.

    `primitive` is false of a stage, such as the making of all keys. `weight` is how much it counts in a fit.
    """

    terms: Terms
    seconds: float
    primitive: bool = True
    weight: float = 1.0


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
    every = [*rows, *(replace(row, weight=weight * row.weight) for row in weak)]
    names = sorted({term for row in every for term, amount in row.terms.items() if amount})
    if not names:
        return Prices({})
    column = {term: place for place, term in enumerate(names)}
    amounts = np.zeros((len(every), len(names)))
    for place, row in enumerate(every):
        for term, amount in row.terms.items():
            if amount:
                amounts[place, column[term]] = amount
    found = _met(amounts, np.array([row.seconds for row in every]), np.array([row.weight for row in every]))
    return Prices(dict(zip(names, map(float, found), strict=True)))


def _met(amounts: Array, seconds: Array, weights: Array) -> Array:
    """The prices under which `amounts @ prices` meets the seconds best."""
    told = seconds
    for _ in range(_ROUNDS):
        by_row = weights / np.sqrt(seconds * np.maximum(told, _LEAST * seconds))
        matrix = amounts * by_row[:, None]
        scale = np.linalg.norm(matrix, axis=0)
        found, _ = scipy.optimize.nnls(matrix / scale, seconds * by_row, maxiter=50 * len(scale))
        prices: Array = found / scale
        told = amounts @ prices
    return prices


def total(parts: Iterable[Terms]) -> dict[Term, float]:
    """The terms of several pieces of work together."""
    found: dict[Term, float] = {}
    for part in parts:
        for term, amount in part.items():
            found[term] = found.get(term, 0.0) + amount
    return found
