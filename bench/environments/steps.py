"""What is told while an environment is made; whoever asked for it decides how to show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["waiting", "interpreter", "virtual environment", "build", "install", "probe"]


@dataclass(frozen=True)
class Step:
    """One thing that happened.

    Attributes:
        backend: whose environment it is.
        stage: the part of the work, in the order of `Stage`.
        detail: a sentence, or a line that a tool printed.
    """

    backend: str
    stage: Stage
    detail: str


Report = Callable[[Step], None]
