"""A cell between two network namespaces over a link that the kernel shapes, held against what is computed.

    python -m tests.remote.shaped                       LAN and WAN as records have them, and a slow network
    python -m tests.remote.shaped --network slow

It takes the superuser or a namespace of a user's own, with `unshare`, `ip` and `tc`. Where the kernel has
netem, delay and rate are shaped; where it has only a token bucket (tbf), the rate is, and the delay is what
the link has. Where it has neither, or forbids namespaces, that is said, and what is computed stays computed.
The answer is one line of JSON for each network.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.remote import certificates
from bench.remote.machine import Machine
from bench.run.networks import PROFILES, Profile
from bench.serve.limits import Limits
from bench.serve.server import Server
from tests.faults.system import die_with_parent

#: So slow that what a busy machine takes for a toy cell does not hide it.
SLOW = Profile("slow", round_trip_s=0.1, bytes_per_s=1e5)
NETWORKS = {profile.name: profile for profile in (*PROFILES, SLOW)}
#: What shapes a link, the best first; `computed` is nothing.
NETEM, BUCKET, COMPUTED = "netem", "tbf", "computed"
#: The ends of the link: the key owner's and the evaluator's.
HERE, THERE = "10.77.0.1", "10.77.0.2"
NEEDED = ("unshare", "ip", "tc")
#: Of a bucket: what passes at once, which is no less than a packet of a virtual link; the longest wait.
BURST_BYTES, LONGEST_S = 65_536, 5.0


class ForbiddenError(Exception):
    """This system does not let a test have such a link."""


def called(*command: str) -> None:
    """Run a command of the system.

    Raises:
        ForbiddenError: it fails; in the command's own words.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ForbiddenError(f"{' '.join(command)}: {done.stderr.strip()}")


def shape(profile: Profile, inside: Sequence[str], link: str) -> str:
    """Have the kernel shape one direction of a link; what does it.

    Raises:
        ForbiddenError: nothing can.
    """
    rate = f"{round(8 * profile.bytes_per_s)}bit"
    begin = (*inside, "tc", "qdisc", "replace", "dev", link, "root")
    delay = f"{profile.round_trip_s / 2 * 1e6:.0f}us"
    try:
        called(*begin, "netem", "delay", delay, "rate", rate, "limit", "100000")
    except ForbiddenError as error:
        if "kind is unknown" not in str(error):
            raise
        called(*begin, "tbf", "rate", rate, "burst", str(BURST_BYTES), "latency", f"{LONGEST_S}s")
        return BUCKET
    return NETEM


@contextmanager
def far_server(shown: Path) -> Iterator[tuple[int, str]]:
    """A server in a namespace of its own at the other end of a link; its process and its address."""
    command = ["unshare", "--net", sys.executable, "-m", "tests.remote.shaped", "--serve", str(shown)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != "ready":
                raise ForbiddenError("no second network namespace can be had")
            called(
                "ip",
                "link",
                "add",
                "here",
                "type",
                "veth",
                "peer",
                "name",
                "there",
                "netns",
                str(process.pid),
            )
            inside = ("nsenter", "--target", str(process.pid), "--net")
            for name, address, where in (("here", HERE, ()), ("there", THERE, inside)):
                called(*where, "ip", "address", "add", f"{address}/24", "dev", name)
                called(*where, "ip", "link", "set", name, "up")
                called(*where, "ip", "link", "set", "lo", "up")
            process.stdin.write("\n")
            process.stdin.flush()
            yield process.pid, f"{THERE}:{process.stdout.readline().strip()}"
        finally:
            process.stdin.close()
            process.wait()


def serve(shown: Path) -> None:
    """Be the evaluator's machine until the input ends."""
    die_with_parent()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"{THERE}:0", certificates.load(shown), Path(folder), Limits(), lambda line: None)
        print(server.port, flush=True)  # noqa: T201
        sys.stdin.read()
        server.close()


def measured(profile: Profile, folder: Path) -> dict[str, object]:
    """A cell over the shaped link beside what is computed of it."""
    from tests.remote.test_sessions import run

    certificates.make(folder, [THERE], days=1)
    with far_server(folder / certificates.EVALUATOR) as (pid, address):
        by = shape(profile, (), "here")
        shape(profile, ("nsenter", "--target", str(pid), "--net"), "there")
        machine = Machine(address, folder / certificates.KEY_OWNER)
        try:
            record = run(folder / "results", machine)
        finally:
            machine.close()
    wire, latency, remote = record.wire, record.latency, record.remote
    assert remote is not None
    crossed = (remote.sent_bytes or 0) + (remote.received_bytes or 0)
    trip_s = profile.round_trip_s if by == NETEM else remote.round_trip_s
    computed = Profile(profile.name, trip_s, profile.bytes_per_s).taken(0, crossed, wire.rounds or 0)
    took = {name: getattr(latency, f"{name}_s") for name in ("wall", "round_trips", "evaluate")}
    return {
        "network": profile.name,
        "by": by,
        "status": record.status.value,
        "crossed_bytes": crossed,
        "rounds": wire.rounds,
        "round_trip_s": remote.round_trip_s,
        "computed_s": computed.online_s,
        **{f"{name}_s": value for name, value in took.items()},
    }


def forbidden(reason: str, profile: Profile) -> dict[str, object]:
    """The answer where the system does not let a link be shaped."""
    return {"network": profile.name, "by": COMPUTED, "reason": reason}


def main() -> None:
    """Say what each network's cell took."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--network", choices=NETWORKS, action="append", help="all without it")
    asked.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.serve:
        serve(given.serve)
        return
    profiles = [NETWORKS[name] for name in given.network or NETWORKS]
    for profile in profiles:
        answer = _inside(profile) if given.inside else _apart(profile)
        print(json.dumps(answer), flush=True)  # noqa: T201


def _inside(profile: Profile) -> dict[str, object]:
    """In a network namespace already."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measured(profile, Path(folder))
    except ForbiddenError as error:
        return forbidden(str(error), profile)


def _apart(profile: Profile) -> dict[str, object]:
    """In a new network namespace, in which this program runs once more."""
    missing = [name for name in (*NEEDED, "nsenter") if shutil.which(name) is None]
    if missing:
        return forbidden(f"this system has no {', '.join(missing)}", profile)
    as_user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--net", *as_user, sys.executable, "-m", "tests.remote.shaped", "--inside"]
    done = subprocess.run([*command, "--network", profile.name], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        if said.startswith("unshare:"):
            return forbidden(said, profile)
        raise RuntimeError(done.stderr)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    main()
