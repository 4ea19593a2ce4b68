"""Why a party died: its signal or status, whether Linux counts want of memory, its log's last line."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from bench.parties.errors import PartyError

#: The groups of processes that this one is in, and where their counters are (cgroups, version 1 and 2).
_GROUPS, _COUNTERS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
#: The machine's own counters.
_MACHINE = Path("/proc/vmstat")
_COUNTER = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
#: How much of a log's last line a sentence repeats, and how much of the log's end is looked at.
_SHOWN, _LOOKED_AT = 200, 8192


def killed_for_memory() -> int | None:
    """How many processes Linux has killed for want of memory, in this one's groups or, by default, anywhere.

    A kill is counted before it is sent. None where the system does not tell.
    """
    counters = (*_group_counters(), _MACHINE)
    return next((count for count in map(_count, counters) if count is not None), None)


def _group_counters() -> list[Path]:
    """Where the counters of this process's groups of memory may be."""
    try:
        lines = _GROUPS.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers in ("", "memory"):
            place = _COUNTERS / controllers / group.lstrip("/")
            found += [place / "memory.events", place / "memory.oom_control"]
    return found


def _count(path: Path) -> int | None:
    try:
        found = _COUNTER.search(path.read_text())
    except OSError:
        return None
    return int(found.group(1)) if found else None


def death(name: str, status: int, killed_before: int | None, log: Path) -> PartyError:
    """What ended a party, as the front process sees it.

    Args:
        name: the name of the party.
        status: of the process, as `subprocess` has it: a signal is negative.
        killed_before: what `killed_for_memory` said before the party was started.
        log: the party's.
    """
    end = f"see {log}"
    last = _last_line(log)
    if last:
        end = f"its log ends with {last!r}; {end}"
    if status != -signal.SIGKILL:
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        return PartyError("Died", f"the {name} was ended with {how}; {end}")
    killed = killed_for_memory()
    if killed is None or killed_before is None:
        why = "this system does not say whether for want of memory"
        return PartyError("Died", f"the {name} was ended with signal SIGKILL, and {why}; {end}")
    if killed > killed_before:
        return PartyError("OutOfMemory", f"the {name} was killed by Linux for want of memory; {end}")
    why = "and not for want of memory: something else on this machine sent it"
    return PartyError("Died", f"the {name} was ended with signal SIGKILL, {why}; {end}")


def _last_line(log: Path) -> str:
    """The last line of a log that holds something; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LOOKED_AT))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    written = [line.strip() for line in lines if line.strip()]
    return written[-1][:_SHOWN] if written else ""
