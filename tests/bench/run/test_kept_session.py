"""A run that is cut off within a batch, its key owner too: the same command goes on with its keys there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from click.exceptions import Abort

from backends.errors import IntegrityError
from backends.planner import plan
from backends.registry import get
from bench.parties import digested, keyring
from bench.parties.lasting import Checkpointed, WentOn
from bench.parties.messages import Answer, Event
from bench.parties.sealing import KEY_BYTES, new_key, seal, unseal
from bench.run.exchanges import Evaluation
from bench.run.journal import JOURNALS, CellJournal, journal
from bench.run.kept_session import FOLDER, REACHED, STATE, Reached, State
from bench.run.key_owners import OneKeyOwner
from bench.run.life import CellError, Life
from bench.run.program_parties import ProgramParties, _Asked
from bench.run.splitting import Splitting
from bench.run.survival import Survival
from tests.bench.commands import bench, changed, exported
from tests.end_to_end.harness import refresh_of, session
from tests.random_vit import random_inputs, random_vit
from tests.toy import ROUND_TRIPS

GRAPH, INPUTS = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)
needs_a_keyring = pytest.mark.skipif(
    keyring.put(b"asked", 1) is None, reason="this system keeps no keys, as in most containers"
)


@needs_a_keyring
def test_what_the_kernel_keeps_is_there_until_it_is_removed() -> None:
    number = keyring.put(b"some bytes", 60)
    assert number is not None
    assert keyring.get(number, 10) == b"some bytes"
    assert keyring.get(number, 9) is None
    assert keyring.prolong(number, 60)
    keyring.remove(number)
    assert keyring.get(number, 10) is None
    assert not keyring.prolong(number, 60)


def test_a_sealed_secret_says_nothing_and_opens_with_its_key_alone() -> None:
    secret, key = bytes(range(256)) * 40, new_key()
    sealed = seal(secret, key)
    assert len(key) == KEY_BYTES
    assert unseal(sealed, key) == secret
    assert not any(secret[start : start + 8] in sealed for start in range(256))
    flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
    for damaged, other in ((sealed[:-1], key), (flipped, key), (sealed, new_key())):
        with pytest.raises(IntegrityError, match="make new keys"):
            unseal(damaged, other)


class Cell:
    """One on the simulator with a client-aided refresh, whose parties' folders are kept."""

    def __init__(self, folder: Path) -> None:
        (folder / "journal").mkdir()
        self.folder, self.journal = folder, CellJournal(folder / "journal")
        self.program = plan(GRAPH, ROUND_TRIPS, refresh_of("cleartext", ROUND_TRIPS))
        operations = [instruction.operation for instruction in self.program.instructions]
        self.refresh = operations.index("round_trip")

    def run(self, survival: Survival, repeats: int = 1) -> list[Evaluation]:
        kept = self.journal.session(60.0)
        with session("cleartext", self.folder, kept=kept) as opened:
            parties = ProgramParties(opened, ROUND_TRIPS, survival=survival)
            parties.prepare(self.program, parties.generate_keys(self.program, bootstrap=False).files)
            batches = parties.encrypt(INPUTS, self.program).batches
            splitting = Splitting(parties, self.program, INPUTS, np.inf)
            self.crossed = []
            found = []
            for repeat in range(repeats):
                before = opened.wire.crossed
                found.append(splitting.evaluate(batches, repeat))
                self.crossed.append(opened.wire.crossed - before)
            return found


def cut_off(monkeypatch: pytest.MonkeyPatch, index: int, error: BaseException) -> list[int]:
    """End the first run at a checkpoint behind an instruction; note from where later ones go on."""
    on_event, left, went_on = _Asked.on_event, [error], list[int]()

    def noting(self: _Asked, event: Event) -> Answer | None:
        answer = on_event(self, event)
        if isinstance(event, WentOn):
            went_on.append(event.index)
        if isinstance(event, Checkpointed) and event.index > index and left:
            raise left.pop()
        return answer

    monkeypatch.setattr(_Asked, "on_event", noting)
    return went_on


@needs_a_keyring
def test_a_run_goes_on_within_the_batch_with_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, survival = Cell(tmp_path), Survival(checkpoint_s=1e-6)
    went_on = cut_off(monkeypatch, cell.refresh, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        cell.run(Survival(checkpoint_s=1e-6))
    reached = digested.read(Reached, cell.journal.folder / REACHED)
    assert reached is not None
    assert reached.crossed.messages == 2  # the refresh came before, so no ciphertext is sent twice
    with monkeypatch.context() as patched:
        patched.setattr(OneKeyOwner, "generate", None)
        disturbed, undisturbed = cell.run(survival, repeats=2)
    # The last checkpoint was told of, and may not have come to its place before the evaluator was ended.
    (first,) = went_on
    assert 0 < first <= reached.index
    assert survival.resumed_runs == 1
    assert len(survival.key_sets) == 1
    assert Counter(disturbed.measured[0].counts) == Counter(undisturbed.measured[0].counts)
    assert np.array_equal(disturbed.outputs, undisturbed.outputs)
    assert cell.crossed[0] == cell.crossed[1]
    assert list(cell.journal.folder.iterdir()) == []


def test_keys_that_a_killed_run_left_need_no_room_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are taken up, or removed before others are made."""
    (tmp_path / "journal" / FOLDER / "evaluator").mkdir(parents=True)
    kept = CellJournal(tmp_path / "journal").session(60.0)
    monkeypatch.setattr("bench.run.life.shutil.disk_usage", lambda folder: SimpleNamespace(free=1000))
    life = SimpleNamespace(
        elsewhere=None,
        folder=tmp_path,
        kept_session=kept,
        descriptor=get("cleartext"),
        environment=SimpleNamespace(build="default"),
        cell=SimpleNamespace(limits=SimpleNamespace(memory_bytes=None)),
    )
    with pytest.raises(CellError, match="the keys need about"):
        Life.room(cast(Life, life), 5000, 0)
    (tmp_path / "journal" / FOLDER / "evaluator" / "rotation_keys.bin").write_bytes(bytes(4000))
    assert kept.bytes_there() == 4000
    assert Life.room(cast(Life, life), 5000, 0) > 0


@needs_a_keyring
@pytest.mark.parametrize("lost", [STATE, REACHED, "key", "sealed", "checkpoint", "ciphertext"])
def test_what_is_damaged_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    cell, survival = Cell(tmp_path), Survival()
    cut_off(monkeypatch, cell.refresh, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        cell.run(Survival(checkpoint_s=1e-6))
    state = digested.read(State, cell.journal.folder / STATE)
    assert state is not None
    if lost == "key":
        keyring.remove(state.key)
    else:
        patterns = {
            "sealed": f"{FOLDER}/key_owner/*",
            "checkpoint": f"{FOLDER}/evaluator/checkpoint-*/state.json",
            "ciphertext": f"{FOLDER}/evaluator/from_key_owner_0",
        }
        *_, path = cell.journal.folder.glob(patterns.get(lost, lost))
        path.write_bytes(path.read_bytes()[:-1])
    (found,) = cell.run(survival)
    assert survival.resumed_runs == int(lost in (REACHED, "checkpoint"))
    assert Counter(found.measured[0].counts)["round_trips"] == 1
    assert cell.crossed[0].messages == 3  # the refresh there and back, and the outputs
    assert list(cell.journal.folder.iterdir()) == []
    told = lost != STATE  # else the kernel forgets it by itself
    assert keyring.get(state.key, KEY_BYTES) is None or not told


def test_where_the_system_keeps_no_keys_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, said = Cell(tmp_path), list[str]()
    monkeypatch.setattr(OneKeyOwner, "seal", lambda self, seconds: super(OneKeyOwner, self).seal(seconds))
    cut_off(monkeypatch, cell.refresh, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        cell.run(Survival(checkpoint_s=1e-6, say=said.append))
    assert said == ["  its keys cannot be kept: a run that is killed begins its batch again"]
    assert list(cell.journal.folder.iterdir()) == []


@needs_a_keyring
def test_a_cell_that_fails_leaves_nothing_and_clean_removes_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = Cell(tmp_path)
    with monkeypatch.context() as patched:
        cut_off(patched, cell.refresh, ValueError("a mistake"))
        with pytest.raises(ValueError, match="a mistake"):
            cell.run(Survival(checkpoint_s=1e-6))
    assert list(cell.journal.folder.iterdir()) == []
    with journal(tmp_path, "a cell", "key", fresh=False) as found:
        assert found is not None
        cell.journal = found
        cut_off(monkeypatch, cell.refresh, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            cell.run(Survival(checkpoint_s=1e-6))
    state = digested.read(State, found.folder / STATE)
    assert state is not None
    bench("clean", str(tmp_path))
    assert list((tmp_path / JOURNALS).iterdir()) == []
    assert keyring.get(state.key, KEY_BYTES) is None


@needs_a_keyring
def test_the_same_command_finishes_what_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = changed(
        "layers_toy", tmp_path, ("limits: {", "limits: {checkpoint_s: 0.000001, keep_keys_s: 60, ")
    )
    options = ("run", suite, "--backend", "cleartext", "--parameters", "portable", "--case", "attention")
    results = tmp_path / "results"
    cut_off(monkeypatch, 5, KeyboardInterrupt())
    with pytest.raises(Abort):
        bench(*options, "--output", str(results))
    assert list(results.glob(f"{JOURNALS}/*/{FOLDER}/key_owner/*"))
    monkeypatch.setattr(OneKeyOwner, "generate", None)
    assert "goes on with the keys of a run that was cut off" in bench(*options, "--output", str(results))
    *_, record = exported(results)  # after that of the interrupted one
    told = [(one["stage"], one["party"]) for one in record["latency"]["stages"]]
    assert told.count(("keys", "key_owner")) == told.count(("load", "evaluator")) == 1
    assert not (results / JOURNALS).exists()
