"""What must be true after every fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from bench.run.scratch import SCRATCH
from reports.errors import ReportError
from reports.measures import Kind
from reports.readings import readings
from reports.record import Record, Status
from reports.store import Stored, check_raw, load_output
from tests.secrets.places import contents, files
from tests.secrets.traces import Search

#: How long processes may take to end after their parent has.
SECONDS = 20.0
#: The longest that anything of a cell takes here, with room.
PLAUSIBLE_S = 3600.0
#: Measures that are the same in every run of a cell: of what was counted, and of what was sent.
EXACT = (Kind.COUNT, Kind.SIZE)


def orphans(parties: Sequence[int], output: Path) -> list[str]:
    """Parties that are left, of those that were seen and of any whose folder is in `output`."""
    seen = [psutil.Process(pid) for pid in parties if psutil.pid_exists(pid)]
    # One whose parent died while its interpreter started ends itself as soon as it can look.
    _, left = psutil.wait_procs([*seen, *_of_folder(output)], timeout=SECONDS)
    still = dict.fromkeys((*left, *_of_folder(output)))
    return [f"party {one.pid} is left" for one in still if _lives(one)]


def _of_folder(output: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(one.startswith(f"{output}/") for one in process.info["cmdline"] or ())
    ]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def leaks(folder: Path, samples: Search) -> list[str]:
    """Files below a folder that hold a piece of a sample, and folders of parties that are left."""
    found = [f"{path} is left" for path in folder.rglob(f"{SCRATCH}*")]
    for path in files([folder]):
        if any(samples.found(content) for content in contents(path)):
            found.append(f"{path} holds a sample")
    return found


def exact(record: Record) -> Mapping[str, float]:
    """The measures of a record that are the same in every run."""
    return {measure.name: value for measure, value in readings(record).items() if measure.kind in EXACT}


def kept(output: Path) -> list[Stored]:
    """The records of a folder that can be read, with their raw outputs."""
    found = load_output(output).stored if output.is_dir() else []
    return [one for one in found if _whole(one)]


def _whole(stored: Stored) -> bool:
    try:
        check_raw(stored)
    except ReportError:
        return False
    return True


def implausible(stored: Sequence[Stored]) -> list[str]:
    """Seconds of records that no run here can have taken, as one would whose clock was set meanwhile."""
    found = []
    for one in stored:
        taken = _seconds(one.record.model_dump(mode="json"), "")
        found += [f"{name} is {value} s" for name, value in taken if value > PLAUSIBLE_S]
    return found


def _seconds(value: object, name: str) -> Iterator[tuple[str, float]]:
    """All that is named `_s` below a value of JSON, lists of it too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _seconds(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _seconds(inner, name)
    elif isinstance(value, (int, float)) and name.endswith(("_s", ".s")) and not name.endswith("_per_s"):
        yield name, value


def lost_or_repeated(stored: Sequence[Stored], wanted: Mapping[str, Record], most: int) -> list[str]:
    """Cells without, or with too many, records that ended ok, and exact measures of an undisturbed run."""
    finished = [one.record for one in stored if one.record.status is Status.OK]
    times = Counter(record.cell for record in finished)
    wrong = [f"{cell} has {times[cell]} finished records" for cell in wanted if not 1 <= times[cell] <= most]
    for record in finished:
        differing = set(exact(record).items()) ^ set(exact(wanted[record.cell]).items())
        wrong += [f"{record.cell} differs in {sorted(differing)}"] * bool(differing)
    return wrong
