"""A party sees its own folder alone, and no other memory; where the system allows neither, it says so.

A filter of system calls (seccomp(2)) takes Landlock and namespaces away, as old kernels and containers do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.packages import FOLDER
from bench.parties import landlock
from bench.parties.isolation import LANDLOCK, NAMESPACES, NONE

#: Holds a secret in memory that cannot be dumped, as the key owner does, and says where.
OWNER = """
import ctypes, sys
secret = ctypes.create_string_buffer(b"the secret key")
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
print(ctypes.addressof(secret), flush=True)
sys.stdin.read()
"""

#: Takes system calls away, isolates itself, and tells what it can do then.
PARTY = """
import ctypes, json, os, platform, struct, sys
from pathlib import Path

root, own, session, elsewhere, owner, address, *refused = sys.argv[1:]
sys.path.insert(0, root)
from bench.parties.isolation import isolate
sys.path.remove(root)

numbers = {"landlock": 444, "unshare": {"x86_64": 272, "aarch64": 97}[platform.machine()]}
for name in refused:  # load the number; equal to ours: errno 38 (ENOSYS), else allow
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, numbers[name]), (6, 0, 0, 0x50026), (6, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    library = ctypes.CDLL(None)
    library.prctl(38, 1, 0, 0, 0)
    assert library.prctl(22, 2, program, 0, 0) == 0

def can(work):
    try:
        return bool(work())
    except OSError:
        return False

def memory():
    with open(f"/proc/{owner}/mem", "rb", buffering=0) as file:
        file.seek(int(address))
        return file.read(14) == b"the secret key"

held = isolate(Path(own), Path(session))
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
Path(own, "left").write_text("mine")
import numpy
print(json.dumps({
    "held": held,
    "own": Path(own, "left").read_text() == "mine" and Path(own, "there").read_text() == "before",
    "others": can(lambda: Path(session, "key_owner", "keys").read_text()),
    "names": can(lambda: os.listdir(Path(session, "key_owner"))),
    "elsewhere": can(lambda: Path(elsewhere).read_text()),
    "memory": can(memory),
    "processes": can(lambda: os.listdir(f"/proc/{owner}")),
    "itself": can(lambda: "VmHWM" in Path("/proc/self/status").read_text()),
    "mount": ctypes.CDLL(None).umount2(session.encode(), 0) == 0,
}))
"""


@dataclass(frozen=True)
class Seen:
    """What a party says that keeps it from others, and what it could do."""

    held: str
    own: bool
    others: bool
    names: bool
    elsewhere: bool
    memory: bool
    processes: bool
    itself: bool
    mount: bool


def seen(folder: Path, *refused: str) -> Seen:
    """What a party sees, of another party and of the results, where the system refuses some calls."""
    session, results = folder / ".parties", folder / "results.npz"
    for side in ("key_owner", "evaluator"):
        (session / side).mkdir(parents=True)
    (session / "key_owner" / "keys").write_text("not yours")
    (session / "evaluator" / "there").write_text("before")
    results.write_text("decrypted")
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        place = owner.stdout.readline().strip()
        told = (FOLDER, session / "evaluator", session, results, owner.pid, place, *refused)
        done = subprocess.run(
            [sys.executable, "-I", "-c", PARTY, *map(str, told)],
            cwd=session / "evaluator",
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert owner.stdin is not None
        owner.stdin.close()
    assert done.returncode == 0, done.stderr
    return Seen(**json.loads(done.stdout))


def test_a_party_sees_its_own_folder_alone(tmp_path: Path) -> None:
    found = seen(tmp_path)
    assert found.own
    assert found.itself
    if landlock.version():
        assert found.held == LANDLOCK
        assert not any((found.others, found.names, found.elsewhere, found.memory, found.processes))


def test_namespaces_stand_in_for_landlock(tmp_path: Path) -> None:
    """Where the system lets this user have them; what a party says of itself is true either way."""
    found = seen(tmp_path, "landlock")
    assert found.own
    assert found.itself
    assert found.held in {NAMESPACES, NONE}
    hidden = found.held == NAMESPACES
    assert hidden != any((found.others, found.names, found.processes))
    assert not hidden or not any((found.memory, found.mount))


def test_where_the_system_allows_neither_it_says_so(tmp_path: Path) -> None:
    found = seen(tmp_path, "landlock", "unshare")
    assert found.held == NONE
    assert found.own
    assert found.others


def test_a_session_within_what_a_party_imports_from_is_hidden_all_the_same(tmp_path: Path) -> None:
    """As where results lie in a checkout that is installed as it is."""
    session = tmp_path / "results" / ".parties"
    (session / "key_owner").mkdir(parents=True)
    (tmp_path / "package").mkdir()
    around = dict(landlock.around(tmp_path, session))
    assert around[tmp_path / "package"] == landlock.SEE
    assert around[tmp_path] == around[tmp_path / "results"] == landlock.LIST
    assert session not in around
