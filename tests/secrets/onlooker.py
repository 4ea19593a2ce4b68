"""What another process sees of some processes and folders: of another user, or of the same without rights."""

from __future__ import annotations

import ctypes
import json
import os
import struct
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.secrets.places import contents, files, memory
from tests.secrets.sought import Sought

#: What of a process nobody else may open; of what else `/proc` tells the content is searched.
PRIVATE = ("environ", "maps", "smaps", "mem", "auxv", "pagemap", "root", "cwd", "exe")
TOLD = (
    "cmdline",
    "comm",
    "status",
    "stat",
    "limits",
    "mountinfo",
    "cgroup",
    "wchan",
    "sched",
    "io",
    "syscall",
)
#: A user who has nothing, and how rights are given up (capset(2), version 3; prctl(2)).
NOBODY, _CAPABILITIES, _DROP_FROM_BOUND = 65534, 0x20080522, 24


#: What is larger than that is a piece of memory.
_LARGE = 1 << 16


@dataclass
class Sight:
    """What an onlooker could have.

    Attributes:
        opened: private files of processes that it could open.
        found: where it found something.
    """

    opened: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


def look(pids: Sequence[int], folders: Sequence[Path], sought: Sought, *, other: bool) -> Sight:
    """Look on, in a child that has given up its rights.

    Args:
        pids: processes.
        folders: where files may lie.
        sought: what would be found.
        other: as another user, for which this process must be the superuser's; else as the same one.
    """
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(told)
            if other:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            give_up_rights()
            sight = _sight(pids, folders, sought)
            with os.fdopen(telling, "w") as line:
                json.dump([sight.opened, sight.found], line)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(telling)
    with os.fdopen(told) as line:
        said = line.read()
    if os.waitpid(child, 0)[1]:
        raise AssertionError("the onlooker could not look")
    opened, found = json.loads(said)
    return Sight(opened, found)


def give_up_rights() -> None:
    """Be a process without the superuser's rights, as those that it starts, of the same user as before.

    Raises:
        OSError: it keeps them.
    """
    library = ctypes.CDLL(None, use_errno=True)
    for number in range(64):  # else they come back with the next program that it runs
        library.prctl(_DROP_FROM_BOUND, number, 0, 0, 0)
    if library.capset(struct.pack("=Ii", _CAPABILITIES, 0), struct.pack("=6I", *(0,) * 6)):
        raise OSError(ctypes.get_errno(), "the rights of the superuser cannot be given up")


def _sight(pids: Sequence[int], folders: Sequence[Path], sought: Sought) -> Sight:
    sight = Sight()
    for pid in pids:
        for place, content in _of_process(pid, sight):
            sight.found += [
                f"{place}: {name}" for name in sorted(sought.found(content, aligned=len(content) > _LARGE))
            ]
    for path in files(folders):
        sight.found += sought.in_file(path)
    return sight


def _of_process(pid: int, sight: Sight) -> Iterator[tuple[str, bytes]]:
    """Everything that can be read of a process, and where; what is private is noted too."""
    folder = Path(f"/proc/{pid}")
    for name in (*TOLD, *PRIVATE):
        with suppress(OSError):
            if name in ("root", "cwd", "exe"):
                (folder / name).readlink()
            else:
                (folder / name).open("rb").close()
            if name in PRIVATE:
                sight.opened.append(str(folder / name))
            if name in ("cwd", "root"):
                continue
            with suppress(OSError):
                yield (
                    str(folder / name),
                    b"" if name in ("mem", "exe", "pagemap") else (folder / name).read_bytes(),
                )
    with suppress(OSError):
        for one in (folder / "fd").iterdir():
            with suppress(OSError):
                target = str(one.readlink())
                sight.opened.append(f"{one} -> {target}")
                if target.startswith("/") and not target.startswith("/dev/"):
                    yield target, one.read_bytes()
    with suppress(OSError):
        for path in files([(folder / "cwd").readlink()]):
            yield from ((f"{folder}/cwd: {path}", content) for content in contents(path))
    with suppress(OSError):
        yield from ((str(folder / "mem"), content) for content in memory(pid))
