"""Which cells of a suite are meant, as a command's options or a script's arguments say it."""

from __future__ import annotations

from dataclasses import dataclass

from backends.registry import available
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite


@dataclass(frozen=True)
class Selection:
    """A suite, and of it what was asked for; nothing stands for what the suite says."""

    suite: str
    backend: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    case: tuple[str, ...] = ()
    samples: int | None = None
    repeats: int | None = None
    threads: int | None = None
    imitate: str | None = None

    def cells(self) -> list[Cell]:
        """The cells of the suite that are meant.

        Raises:
            UserError: something in the suite or the request is wrong.
        """
        suite = load_suite(self.suite, list(available()))
        return expand(
            suite,
            list(self.backend),
            list(self.parameters),
            list(self.case),
            self.samples,
            self.repeats,
            self.threads,
            self.imitate,
        )
