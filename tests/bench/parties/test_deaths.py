"""Causes of death are what the system says, and no more than that."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bench.parties import deaths
from bench.parties.deaths import death, killed_for_memory


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A group of version 2 with its counters, as Linux shows them, in place of this machine's own."""
    groups, counters = tmp_path / "cgroup", tmp_path / "counters" / "some" / "group"
    groups.write_text("3:cpu:/other\n0::/some/group\n")
    counters.mkdir(parents=True)
    events = counters / "memory.events"
    events.write_text("low 0\nhigh 12\nmax 3\noom 1\noom_kill 4\noom_group_kill 0\n")
    monkeypatch.setattr(deaths, "_GROUPS", groups)
    monkeypatch.setattr(deaths, "_COUNTERS", tmp_path / "counters")
    return events


def test_a_kill_that_the_group_counts_is_for_want_of_memory(tmp_path: Path, counter: Path) -> None:
    before = killed_for_memory()
    assert before == 4
    counter.write_text("oom 2\noom_kill 5\n")
    error = death("evaluator", -signal.SIGKILL, before, tmp_path / "log")
    assert error.kind == "OutOfMemory"
    assert str(error) == (f"the evaluator was killed by Linux for want of memory; see {tmp_path / 'log'}")


def test_a_kill_that_nothing_counts_came_from_elsewhere(tmp_path: Path, counter: Path) -> None:
    error = death("evaluator", -signal.SIGKILL, killed_for_memory(), tmp_path / "log")
    assert error.kind == "Died"
    assert "not for want of memory" in str(error)


def test_a_system_that_does_not_tell_is_not_guessed_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deaths, "_GROUPS", tmp_path / "none")
    monkeypatch.setattr(deaths, "_MACHINE", tmp_path / "none")
    assert killed_for_memory() is None
    error = death("evaluator", -signal.SIGKILL, None, tmp_path / "log")
    assert error.kind == "Died"
    assert "does not say whether for want of memory" in str(error)


def test_the_machine_counts_where_the_groups_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deaths, "_GROUPS", tmp_path / "none")
    machine = tmp_path / "vmstat"
    machine.write_text("nr_free_pages 1\noom_kill 7\nthp_fault_alloc 0\n")
    monkeypatch.setattr(deaths, "_MACHINE", machine)
    assert killed_for_memory() == 7


def test_the_last_line_of_a_long_log_is_repeated_and_cut(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("early\n" * 5000 + "terminate called after " + "x" * 500 + "\n\n")
    text = str(death("key owner", -signal.SIGSEGV, 0, log))
    assert "was ended with signal SIGSEGV; its log ends with 'terminate called after x" in text
    assert len(text) < 400 + len(str(log))


def test_a_status_is_told(tmp_path: Path) -> None:
    assert "was ended with status 3" in str(death("key owner", 3, 0, tmp_path / "log"))
