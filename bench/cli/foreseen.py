"""How it is told what will become of cells, before there are keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.run.foreseen import Foreseen, none_can_run
from reports.figures import size
from reports.record import Status

#: How a status is said of a cell that has not run.
WORDS = {Status.OK: "valid", Status.UNSUPPORTED: "unsupported", Status.FAILED: "cannot run"}


def refusals(found: Sequence[Foreseen]) -> Iterator[str]:
    """A line for each cell that will not run."""
    for one in found:
        if one.reason is not None:
            yield f"{_place(one)}: {WORDS[one.status]}: {one.reason}"


def _place(one: Foreseen) -> str:
    return f"{one.cell.case.name} on {one.cell.backend} at {one.cell.parameter_set.names[0]}"


def too_large(found: Sequence[Foreseen], memory_bytes: int) -> Iterator[str]:
    """A line for each cell that a machine of so much memory does not hold: what machine would do."""
    for one in found:
        if one.prediction is None:
            continue
        wanted = one.prediction.together_bytes
        if wanted > memory_bytes:
            disk = size(one.prediction.disk_bytes)
            yield (
                f"{_place(one)}: a machine with {size(wanted)} of free memory and {disk} of disk would do; "
                f"this one has {size(memory_bytes)} of memory in all"
            )


def summary(found: Sequence[Foreseen]) -> str:
    """How many cells there are, and of which kind."""
    cells = f"{len(found)} cell{'s' * (len(found) != 1)}"
    counts = Counter(one.status for one in found)
    if counts[Status.OK] == len(found):
        return f"{cells}, all valid"
    told = ", ".join(f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status])
    return f"{cells}, {told}{': nothing would be measured' * none_can_run(found)}"


def exit_status(found: Sequence[Foreseen]) -> int:
    """1 where a cell cannot run by a mistake of the suite, or no cell can run at all."""
    return int(none_can_run(found) or any(one.status is Status.FAILED for one in found))
