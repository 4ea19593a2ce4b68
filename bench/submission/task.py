"""What a stage is given: the submission's folder, and the harness's folder at an instance size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.submission.contents import About, StageError
from bench.submission.places import SIZES, Places


@dataclass(frozen=True)
class Task:
    """One call of a stage.

    Attributes:
        folder: what `bench submission` wrote.
        about: what it says of itself.
        root: the harness's folder.
        size: the number of the instance size, as the harness gives it; None where it gives none.
    """

    folder: Path
    about: About
    root: Path
    size: str | None = None

    @property
    def places(self) -> Places:
        """The harness's files at the instance size.

        Raises:
            StageError: the size is missing or unknown.
        """
        names = {str(number): name for number, name in enumerate(SIZES)}
        if self.size is None or self.size not in names:
            raise StageError(f"{self.size!r} is no instance size; give one of {', '.join(names)}")
        return Places(self.root, names[self.size])
