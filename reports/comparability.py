"""What makes the times of two records not comparable, named.

A time depends on three things: the machine with the threads that it lent, the software, and the samples.
A gate that compares two builds takes the software as part of what it judges, so each has a function of its
own. Each entry names a difference and both sides: `threads: 1 and 2`. What a record does not say is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.figures import size
from reports.record import Record

#: Total memory that one machine reports differs by a little from kernel to kernel.
SAME_MEMORY = 0.01


def machine_differences(a: Record, b: Record) -> list[str]:
    """Differences of the machine and of the threads that the evaluator had.

    Two records that both do not say are not known to be of one machine: unknown differs from unknown too.
    """
    one, other = a.environment, b.environment
    found = [
        *_not_one("cpu", one.cpu, other.cpu),
        *_not_one("cores", one.cores, other.cores),
        *_not_one("threads", one.threads, other.threads),
    ]
    memory = (one.memory_bytes or 0, other.memory_bytes or 0)
    if not min(memory) or max(memory) - min(memory) > SAME_MEMORY * max(memory):
        found.append(f"memory: {_size(one.memory_bytes)} and {_size(other.memory_bytes)}")
    found += _not_one("operating system", one.os, other.os)
    return [*found, *_unequal("evaluator", a.evaluator or "here", b.evaluator or "here")]


def software_differences(a: Record, b: Record) -> list[str]:
    """Differences of Python, of the libraries' versions and of how they were built."""
    one, other = a.environment, b.environment
    return [
        *_unequal("python", one.python, other.python),
        *_unequal_entries("", one.libraries, other.libraries),
        *_unequal_entries("build, ", one.build, other.build),
    ]


def sample_differences(a: Record, b: Record) -> list[str]:
    """Differences of what was computed on: the samples and how many of them shared a ciphertext."""
    found = []
    if sample_set(a) != sample_set(b):
        found.append(f"sample set: {sample_set(a)} of {a.samples} and {sample_set(b)} of {b.samples}")
    return [*found, *_unequal("batch", a.batch, b.batch)]


def sample_set(record: Record) -> str:
    """The case with the digest of its samples' ids, as the record's `cell` has them."""
    return f"{record.case}/{record.cell.rpartition('/')[2]}"


def _not_one(name: str, one: object, other: object) -> Iterator[str]:
    if one is None or one != other:
        yield f"{name}: {_said(one)} and {_said(other)}"


def _unequal(name: str, one: object, other: object) -> Iterator[str]:
    if one != other:
        yield f"{name}: {_said(one)} and {_said(other)}"


def _unequal_entries(prefix: str, one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*one, *other}):
        yield from _unequal(prefix + name, one.get(name), other.get(name))


def _said(value: object) -> str:
    return "unknown" if value is None else str(value)


def _size(found: int | None) -> str:
    return "unknown" if found is None else size(found)
