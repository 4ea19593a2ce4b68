"""Errors about models and data, each one sentence with cause and remedy."""

from __future__ import annotations


class ModelError(Exception):
    """A graph, checkpoint, recipe or data set that is missing, corrupt or contradicts itself."""


class IntervalError(ModelError):
    """A polynomial met an input outside the interval on which it approximates its function."""


class DivergenceError(ModelError):
    """A training or a graph whose values grew beyond all numbers: where variants are compared, a result."""


class ScoreError(ModelError):
    """Answers of a model that have no score, or two sets of scores that cannot be compared."""
