"""The errors that a user can cause or must know about; each is one sentence with cause and remedy."""

from __future__ import annotations


class BackendError(Exception):
    """Something a backend, a parameter set or a program cannot do; the text says why and what to do."""


class Unsupported(BackendError):  # noqa: N818 - an outcome, not a failure
    """A library cannot do what a cell asks for. A first-class outcome, never a failure of the harness."""


class ParameterError(BackendError):
    """A parameter set that contradicts itself or its demanded security."""


class PlanError(BackendError):
    """A graph that cannot be laid out or given enough levels at a parameter set."""


class IntegrityError(BackendError):
    """A key, ciphertext or program whose digest is not the one announced."""


class ExecutionError(BackendError):
    """A library did something else than the program says: another level, another count."""
