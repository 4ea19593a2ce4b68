"""What ends a cell and not the run."""

from __future__ import annotations

from reports.record import Status


class CellError(Exception):
    """A cell cannot go on; the text is the reason that its record gives."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
