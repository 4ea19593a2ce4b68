"""Energy by stage, from the processor's own counters (RAPL) where the system lets this user read them.

A counter is of a whole processor package: whatever else runs meanwhile is in it, and memory, disks and the
power supply are not. Linux has a folder for each package under `/sys/class/powercap` (its document
`power/powercap`), of AMD's processors too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from reports.costs import Energy

POWERCAP = Path("/sys/class/powercap")
#: Counters begin anew after a quarter of a megajoule, which a large processor uses in ten minutes.
LOOK_S = 60.0
JOULES_PER_COUNT = 1e-6


@dataclass(frozen=True)
class Package:
    """A processor package's counter, in microjoules, which begins anew above `most`."""

    counter: Path
    most: int

    def read(self) -> int:
        """What it is now."""
        return int(self.counter.read_text())


def packages(folder: Path = POWERCAP) -> tuple[list[Package], str | None]:
    """The packages whose counters can be read; and why there is none, or not all."""
    found = []
    for place in sorted(folder.glob("*:*")):
        try:
            if (place / "name").read_text().startswith("package"):
                package = Package(place / "energy_uj", int((place / "max_energy_range_uj").read_text()))
                package.read()
                found.append(package)
        except OSError as error:
            return [], f"{place.name} cannot be read ({error.strerror}); let this user read its energy_uj"
    return found, None if found else f"this system tells no energy under {folder}"


class Meter:
    """Adds up the energy of stages while it runs."""

    def __init__(self, folder: Path = POWERCAP) -> None:
        self._packages, self.absent = packages(folder)
        self._joules: dict[str, float] = {}
        self._stage: str | None = None
        self._counts = False
        self._before: list[int] = []
        self._lock = Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Look now and then meanwhile, before a counter can have begun anew twice."""
        over = Event()
        thread = Thread(target=self._watch, args=(over,), name="energy", daemon=True)
        self.begin(None)
        self._counts = True
        if self._packages:
            thread.start()
        try:
            yield
        finally:
            self._look()
            self._counts = False
            over.set()
            if self._packages:
                thread.join()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Count nothing meanwhile, whatever stages begin."""
        self._look()
        self._counts = False
        try:
            yield
        finally:
            self._look()
            self._counts = True

    def begin(self, stage: str | None) -> None:
        """What is used from now on is of this stage; of none where it is None."""
        self._look()
        self._stage = stage

    @property
    def energy(self) -> Energy:
        """By stage, as the record has it."""
        if not self._packages:
            return Energy(absent=self.absent)
        parts = {f"{stage}_j": joules for stage, joules in self._joules.items()}
        return Energy.model_validate({"source": "RAPL", "wall_j": sum(parts.values()), **parts})

    def _watch(self, over: Event) -> None:
        while not over.wait(LOOK_S):
            self._look()

    def _look(self) -> None:
        """Add what was used since the last look to the stage under way."""
        with self._lock:
            now, before = self._read(), self._before
            self._before = now
            if self._stage is not None and self._counts:
                used = sum(
                    later - earlier if later >= earlier else later - earlier + package.most
                    for package, later, earlier in zip(self._packages, now, before, strict=True)
                )
                before_it = self._joules.get(self._stage, 0.0)
                self._joules[self._stage] = before_it + used * JOULES_PER_COUNT

    def _read(self) -> list[int]:
        return [package.read() for package in self._packages]
