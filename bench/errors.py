"""The one error that ends a command with a sentence instead of a traceback."""

from __future__ import annotations


class UserError(Exception):
    """A mistake of the user's, one sentence with the remedy; caught once at the command line."""
