"""What is not served."""

from __future__ import annotations


class RefusedError(Exception):
    """What is asked for is not served; the sentence says why.

    Attributes:
        status: the name of gRPC's status for it.
    """

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status
