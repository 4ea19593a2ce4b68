"""Every parser of what comes from outside, with samples of what it reads and errors that it may end with."""

from __future__ import annotations

from tests.fuzz import exchanged, imported, own_data, stored, written

TARGETS = (*written.TARGETS, *imported.TARGETS, *own_data.TARGETS, *stored.TARGETS, *exchanged.TARGETS)
