"""Times of a backend as they are kept and shipped: what the records of one machine measured, and where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path

from pydantic import ConfigDict, with_config

from backends.registry import Descriptor
from bench.environments.declaration import DEFAULT_BUILD
from bench.run.prediction import shipped
from bench.run.prediction.measured import Entry, Measured
from models.processor import processor
from reports.record import Record


def of_build(records: Iterable[Record], build: str) -> list[Record]:
    """The records of one build of their libraries: one with AVX-512 takes other times than one without."""
    return [one for one in records if one.environment.build.get("kind", DEFAULT_BUILD) == build]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Figures:
    """Measured times of one backend, with where they come from."""

    cpu: str
    taken: date
    commit: str
    measured: tuple[Measured, ...]

    @classmethod
    def of(cls, records: Iterable[Record], backend: str) -> Figures | None:
        """The times of one machine's records: of this one where there are some, else of the most frequent."""
        by_cpu: dict[str, list[tuple[Record, Measured]]] = {}
        for one in records:
            if one.backend == backend and (measured := Measured.of(one)) is not None:
                by_cpu.setdefault(one.environment.cpu or "an unknown processor", []).append((one, measured))
        if not by_cpu:
            return None
        here = processor()
        cpu = here if here in by_cpu else max(by_cpu, key=lambda name: len(by_cpu[name]))
        newest = max((one for one, _ in by_cpu[cpu]), key=lambda one: one.started_at)
        return cls(
            cpu=cpu,
            taken=newest.started_at.date(),
            commit=newest.environment.git or "unknown",
            measured=tuple(measured for _, measured in by_cpu[cpu]),
        )

    @classmethod
    def read(cls, path: Path) -> Figures:
        """What `write` wrote.

        Raises:
            BackendError: the file holds something else.
        """
        return shipped.read(path, cls, "times", _named)

    @classmethod
    def shipped(cls, descriptor: Descriptor) -> Figures | None:
        """The times that a backend ships; None where it declares none, or has not written them yet."""
        path = descriptor.times
        return cls.read(path) if path is not None and path.is_file() else None

    @property
    def told(self) -> str:
        """What they are of, in a few words."""
        count = len(self.measured)
        return f"{count} record{'s' * (count != 1)} of {self.cpu} ({self.taken.isoformat()})"

    def without(self, case: str | None) -> Figures:
        """The same without what was measured of a case."""
        return replace(self, measured=tuple(one for one in self.measured if one.case != case))

    def write(self, path: Path) -> None:
        """One line for each record, so that a change is seen."""
        lines = [json.dumps(_rounded(one), separators=(",", ":")) for one in self.measured]
        head = {"cpu": self.cpu, "taken": self.taken.isoformat(), "commit": self.commit}
        text = ",\n".join(lines)
        path.write_text(f'{json.dumps(head)[:-1]}, "measured": [\n{text}\n]}}\n')


def _named(found: object) -> object:
    """The entries, which are written as lists, with the names of their parts.

    Raises:
        ValueError, TypeError: there are none, or of other parts.
    """
    names = [field.name for field in fields(Entry)]
    if not isinstance(found, dict) or not isinstance(found.get("measured"), list):
        raise ValueError("it has no list of what was measured")
    measured = []
    for one in found["measured"]:
        if not isinstance(one, dict) or not isinstance(one.get("entries"), list):
            raise ValueError("a record has no list of entries")
        measured.append(
            {**one, "entries": [dict(zip(names, entry, strict=True)) for entry in one["entries"]]}
        )
    return {**found, "measured": measured}


def _rounded(one: Measured) -> dict[str, object]:
    written = asdict(one)
    written["entries"] = [
        [*list(entry.values())[:-1], _short(entry["seconds"])] for entry in written["entries"]
    ]
    written["stages"] = {name: _short(seconds) for name, seconds in one.stages.items()}
    return written


def _short(seconds: float) -> float:
    """Three digits, which is more than a time is known to."""
    return float(f"{seconds:.3g}")
