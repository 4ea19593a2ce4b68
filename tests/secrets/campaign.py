"""A search for the secret key, the samples and decrypted values after every kind of ending of a run.

    python -m tests.secrets.campaign                                on the simulator
    python -m tests.secrets.campaign --backend openfhe --backend tenseal    on these
    python -m tests.secrets.campaign --backend openfhe --only well

The key owner's adapter is another one, which tells its secret key to this process. After each ending the
folder of results, with its logs, journals and checkpoints, what the run had for temporary files, for its
state and for images of its memory, and what else was changed in the caches and in shared memory are searched,
and again after the same command, or `bench clean`. While a run is well, other processes look on: of another
user, and of the same one without rights. The exit status is 1 where anything was found, or an ending did not
come about.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bench.cli.commands.run  # noqa: F401 (which every run would import anew)
from backends.registry import Descriptor, get
from bench.environments.interpreters import cache_folder
from bench.spec.cells import Cell
from bench.spec.selection import Selection
from reports.errors import ReportError
from reports.store import load_output
from tests.end_to_end.saboteur import HONEST, install
from tests.faults.faults import Trial
from tests.faults.front import Front, HangError
from tests.faults.system import FILLER, enter, put_away, small_disk
from tests.secrets import onlooker
from tests.secrets.endings import RESUMED, STAYS, Ending, every
from tests.secrets.places import ELSEWHERE, files, memory
from tests.secrets.sought import Sought, samples_of
from tests.secrets.telling import WRITTEN, Ear, telling
from tests.secrets.traces import Search

SUITE = """
suite: secrets
title: INSECURE toy cells that end in every way
security: 0
samples: 3
cases:
  - {{name: block, layer: {{kind: block, tokens: 4, features: 8, heads: 2, degree: 4, blocks: 1}}}}
parameter_sets:
  - {{alias: toy, log_n: {log_n}, first_modulus_bits: 55, scale_bits: 46, depth: 8, digits: 9,
      refresh: round_trip, program: portable, parties: {owners}, backends: [{backend}]}}
repeats: 1
limits: {{seconds: 3600, memory_bytes: 1500000000{limits}}}
"""
LOG_N = 12
SMALL_BYTES = 256 << 20
#: Stages of a run that is well at whose beginning others look on.
LOOKED_AT = ("encryption", "evaluation", "decryption")
#: At this one their folders too, and as the superuser their memory.
SEARCHED_AT = "decryption"


@dataclass(frozen=True)
class Ground:
    """What all endings of a backend have in common.

    Attributes:
        folder: for everything.
        backend: its descriptor, as it is.
        ear: hears what key owners tell.
        samples: of the cell.
        own: whether this process may mount a small disk.
    """

    folder: Path
    backend: Descriptor
    ear: Ear
    samples: Search
    own: bool

    def sought(self) -> Sought:
        """What is known by now."""
        return Sought(self.ear, self.samples, 1 << LOG_N)


def prepared(folder: Path, backend: str, ear: Ear, own: bool) -> Ground:
    """Read the samples."""
    suite = folder / "samples.yaml"
    suite.write_text(SUITE.format(backend=backend, log_n=LOG_N, owners=1, limits=""))
    cells: Sequence[Cell] = Selection(str(suite), (backend,)).cells()
    suite.unlink()
    return Ground(folder, get(backend), ear, samples_of(cells), own)


@contextmanager
def _trial(ground: Ground, ending: Ending) -> Iterator[Trial]:
    """A folder of an ending's own, and an adapter that tells."""
    name, adapter = ground.backend.name, ground.backend.adapter
    with tempfile.TemporaryDirectory(dir=ground.folder, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)  # as a user's own folder usually is
        (folder / "elsewhere").mkdir()
        told = telling(name, ground.ear.port, ending.careless)
        other = install(folder / "elsewhere", adapter, ending.spoil, told)
        suite, output = folder / "secrets.yaml", folder / "results"
        suite.write_text(SUITE.format(backend=name, log_n=LOG_N, owners=ending.owners, limits=ending.limits))
        output.mkdir()
        if ending.small:
            output.rmdir()
            small_disk(output, SMALL_BYTES)
        sys.path.insert(0, str(folder / "elsewhere"))
        object.__setattr__(ground.backend, "adapter", other)
        try:
            yield Trial(folder, output, ["run", str(suite), "--backend", name, "--output", str(output)])
        finally:
            if ending.small:
                put_away(output)
            object.__setattr__(ground.backend, "adapter", adapter)
            sys.path.remove(str(folder / "elsewhere"))


def ended(ground: Ground, ending: Ending) -> list[str]:
    """Everything that is wrong after an ending; empty where all is well."""
    ground.ear.forget()
    since = time.time()
    with _trial(ground, ending) as one:
        looked_at = ending.name == "well"
        before = onlooker.give_up_rights if looked_at else lambda: ending.before(one)
        one.front = Front(one.arguments, one.folder, before)
        try:
            wrong = _watched(ground, one) if looked_at else []
            if ending.stage is not None:
                if not one.front.until(ending.stage):
                    raise AssertionError(f"the run never came to {ending.stage}: {one.front.text}")
                ending.inflict(one)
            one.front.end()
            wrong += _came_about(one, ending)
            if ending.after == STAYS or not ground.backend.simulates:  # whose ciphertexts are in the clear
                wrong += _left(ground, one, since)
            ending.undo(one)
            if ending.after != STAYS:
                command = one.arguments if ending.after == RESUMED else ["clean", str(one.output)]
                again = Front(command, one.folder)
                status = again.end()
                wrong += [f"{ending.after}: status {status}\n{again.text}"] if status else []
                wrong += _left(ground, one, since)
        except (HangError, AssertionError) as error:
            one.front.kill()
            return [f"{type(error).__name__}: {error}"]
    if ending.careless != HONEST:
        return [] if any(" holds " in line for line in wrong) else ["what was planted is not found", *wrong]
    return wrong


def _came_about(one: Trial, ending: Ending) -> list[str]:
    """Where the record says something else than that the run ended so."""
    if ending.status is None:
        return []
    try:
        statuses = [stored.record.status for stored in load_output(one.output).stored]
    except ReportError as error:  # it was ended before it wrote one
        return [str(error)]
    if statuses != [ending.status]:
        return [f"the records are {statuses}, not {ending.status}: {one.front.text}"]
    return []


def _left(ground: Ground, one: Trial, since: float) -> list[str]:
    """What is found in all places where the run can have left something."""
    sought = ground.sought()
    silent = ground.backend.name in WRITTEN and not sought.secrets
    wrong = ["no key owner told its secret key"] if silent else []
    mine = (path for path in files([one.folder]) if path.name != FILLER)
    changed = files([*ELSEWHERE, cache_folder()], since)
    return wrong + [line for group in (mine, changed) for path in group for line in sought.in_file(path)]


def _watched(ground: Ground, one: Trial) -> list[str]:
    """What others see of a run while it is under way, and the superuser where nothing is."""
    wrong = []
    for stage in LOOKED_AT:
        if not one.front.until(stage):
            return [f"the run never came to {stage}: {one.front.text}"]
        sought, owner, evaluator = ground.sought(), one.front.party("key_owner"), one.front.party("evaluator")
        pids = [one.front.pid, owner, evaluator]
        # The simulator's ciphertexts are what they stand for, so only another user must not see them.
        folders = [] if ground.backend.simulates or stage != SEARCHED_AT else [one.folder]
        for other in (True, False) if os.geteuid() == 0 else (False,):
            seen = onlooker.look(pids, [one.folder] if other else folders, sought, other=other)
            who = "another user" if other else "another process of the same user"
            wrong += [f"in {stage} {who} opens {line}" for line in seen.opened]
            wrong += [f"in {stage} {who} finds {line}" for line in seen.found]
        if os.geteuid() == 0 and ground.backend.name in WRITTEN and stage == SEARCHED_AT:
            wrong += _in_memory(sought, stage, owner, evaluator, one.front.pid)
    return wrong


def _in_memory(sought: Sought, stage: str, owner: int, evaluator: int, front: int) -> list[str]:
    """What the superuser finds where it must not be, or does not where it is: then the search is blind."""
    wrong = [f"in {stage} the evaluator's memory holds {name}" for name in _of(sought, evaluator)]
    of_front, of_owner = _of(sought, front), _of(sought, owner)
    wrong += [f"in {stage} the front process's memory holds {name}" for name in of_front if "secret" in name]
    if not any("secret" in name for name in of_owner):
        wrong.append(
            f"in {stage} the key owner's memory holds no secret key, of which there are {sought.secrets}"
        )
    if not any("sample" in name for name in of_front):
        wrong.append(f"in {stage} the front process's memory holds no sample")
    return wrong


def _of(sought: Sought, pid: int) -> list[str]:
    return sorted({name for content in memory(pid) for name in sought.found(content, aligned=True)})


def main() -> int:
    """Run a campaign and print what became of each ending."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--backend", action="append", help="cleartext without it")
    asked.add_argument("--only", action="append", help="endings with this in their name")
    given = asked.parse_args()
    own = enter(as_user=os.geteuid() != 0)
    counted: Counter[str] = Counter()
    ear = Ear()
    for backend in given.backend or ["cleartext"]:
        descriptor = get(backend)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            ground = prepared(Path(folder), backend, ear, own)
            for ending in every(keeps_keys=descriptor.keeps_secret_key, shares=backend == "openfhe"):
                if given.only and not any(word in ending.name for word in given.only):
                    continue
                wrong = ["left out"] if ending.small and not own else ended(ground, ending)
                well = "nothing left" if ending.careless == HONEST else "found"
                said = "left out" if wrong == ["left out"] else "leaks" if wrong else well
                counted[said] += 1
                print("\n  ".join((f"{said}: {backend}, {ending.name}", *wrong)), flush=True)  # noqa: T201
    print(", ".join(f"{said} {count}" for said, count in sorted(counted.items())))  # noqa: T201
    return int(counted["leaks"] > 0 or not counted["nothing left"] + counted["found"])


if __name__ == "__main__":
    sys.exit(main())
