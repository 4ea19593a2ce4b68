"""Errors about records and raw outputs, each one sentence with cause and remedy."""

from __future__ import annotations


class ReportError(Exception):
    """A record, a raw output or a store that is damaged, incomplete or contradicts itself."""


class DamagedLineError(ReportError):
    """A line of a store that is cut off, or is not what was written."""
