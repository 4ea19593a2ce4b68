"""Every difference that spoils a comparison of times is named, with both sides."""

from typing import Any

import pytest

from reports.comparability import machine_differences, sample_differences, software_differences
from reports.divisions import division
from reports.record import Record, Remote


def other(record: Record, **environment: Any) -> Record:
    changed = record.environment.model_copy(update=environment)
    return record.model_copy(update={"environment": changed})


def test_two_runs_of_one_machine_are_comparable(record: Record) -> None:
    later = other(record, load=7.0, steal_s=3.0, calibration_s=0.4, git="1" * 40)
    assert machine_differences(record, later) == software_differences(record, later) == []
    assert sample_differences(record, later) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("cpu", "another processor", "cpu: a processor and another processor"),
        ("cpu", None, "cpu: a processor and unknown"),
        ("cores", 4, "cores: 2 and 4"),
        ("threads", 2, "threads: 1 and 2"),
        ("memory_bytes", 64_000_000_000, "memory: 25.0 GB and 64.0 GB"),
        ("memory_bytes", None, "memory: 25.0 GB and unknown"),
        ("os", "Linux 6.8", "operating system: Linux 6.1 and Linux 6.8"),
    ],
)
def test_of_the_machine(record: Record, name: str, value: object, said: str) -> None:
    assert machine_differences(record, other(record, **{name: value})) == [said]
    assert software_differences(record, other(record, **{name: value})) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("python", "3.12.1", "python: 3.11.4 and 3.12.1"),
        ("libraries", {"tenseal": "0.3.17"}, "tenseal: 0.3.18 and 0.3.17"),
        ("libraries", {"tenseal": "0.3.18", "numpy": "2.0"}, "numpy: unknown and 2.0"),
        ("build", {"seal": "4.4"}, "build, seal: 4.3 and 4.4"),
    ],
)
def test_of_the_software(record: Record, name: str, value: object, said: str) -> None:
    assert software_differences(record, other(record, **{name: value})) == [said]
    assert machine_differences(record, other(record, **{name: value})) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cpu", "cpu"),
        ("cores", "cores"),
        ("threads", "threads"),
        ("memory_bytes", "memory"),
        ("os", "operating system"),
    ],
)
def test_what_neither_says_is_not_known_to_be_one_machine(record: Record, name: str, said: str) -> None:
    """Two processors without a name may be any two."""
    silent = other(record, **{name: None})
    assert machine_differences(silent, silent) == [f"{said}: unknown and unknown"]


def test_an_evaluator_on_another_machine_is_no_local_one(record: Record) -> None:
    remote = Remote(
        address="evaluator.example:7443", host="e", round_trip_s=0.01, key_owner=record.environment
    )
    there = record.model_copy(update={"remote": remote})
    assert machine_differences(record, there) == ["evaluator: here and evaluator.example:7443"]
    assert machine_differences(there, there) == []
    assert division(record) != division(there)
    assert division(there).evaluator == "evaluator.example:7443"


def test_a_kernel_that_keeps_a_little_more_memory_to_itself_is_no_other_machine(record: Record) -> None:
    assert machine_differences(record, other(record, memory_bytes=24_900_000_000)) == []


def test_of_the_samples(record: Record) -> None:
    fewer = record.model_copy(
        update={"cell": record.cell[:-12] + "fedcba987654", "samples": 8, "batch": 8, "repeats": 1}
    )
    assert machine_differences(record, fewer) == []
    assert sample_differences(record, fewer) == [
        "sample set: digits/0123456789ab of 64 and digits/fedcba987654 of 8",
        "batch: 64 and 8",
    ]
