"""What is kept of a failed cell's parties: the evaluator's alone, and nothing in the clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backends.planner import plan
from bench.parties.errors import PartyError
from bench.parties.wire import Shipment, Wire
from bench.run.program_parties import ProgramParties
from bench.run.session import Session, keep
from tests.end_to_end.harness import refresh_of, session
from tests.random_vit import random_inputs, random_vit
from tests.toy import ROUND_TRIPS

GRAPH, INPUTS = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)


def damaged(opened: Session) -> None:
    """A cell whose evaluator refuses a ciphertext, with its model there and something in the clear."""
    program = plan(GRAPH, ROUND_TRIPS, refresh_of("cleartext", ROUND_TRIPS))
    parties = ProgramParties(opened, ROUND_TRIPS)
    parties.prepare(program, parties.generate_keys(program, bootstrap=False).files)
    batches = parties.encrypt(INPUTS, program).batches
    (opened.wire.folder("evaluator") / "scratch.npy").write_bytes(b"in the clear")
    (opened.wire.folder("evaluator") / batches[0][0].name).write_bytes(b"damaged")
    parties.evaluate(batches)


def fail(folder: Path, *, keep_on_failure: bool) -> list[str]:
    """What lies in a cell's folder after it failed."""
    opened = session("cleartext", folder, keep_on_failure=keep_on_failure)
    with pytest.raises(PartyError, match="digest"):
        run_in(opened, damaged)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def run_in(opened: Session, cell: Callable[[Session], None]) -> None:
    with opened:
        cell(opened)


def test_nothing_is_kept_unless_asked_for(tmp_path: Path) -> None:
    assert fail(tmp_path, keep_on_failure=False) == ["evaluator.log", "key_owner.log"]


def test_a_failed_evaluator_leaves_ciphertexts_and_model(tmp_path: Path) -> None:
    names = fail(tmp_path, keep_on_failure=True)
    kept = {Path(name).name for name in names if name.startswith("evaluator/")}
    assert {"program.json", "program.safetensors", "from_key_owner_0"} <= kept
    assert all(name.startswith(("program.", "from_key_owner_", "from_evaluator_")) for name in kept)
    assert [name for name in names if "/" not in name] == ["evaluator", "evaluator.log", "key_owner.log"]


def test_a_cell_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of("cleartext", ROUND_TRIPS))
    with session("cleartext", tmp_path, keep_on_failure=True) as opened:
        ProgramParties(opened, ROUND_TRIPS).generate_keys(program, bootstrap=False)
    assert [path.name for path in tmp_path.iterdir()] == ["key_owner.log"]


def test_keys_that_were_sent_are_kept_and_nothing_else(tmp_path: Path) -> None:
    owner, evaluator, kept = tmp_path / "owner", tmp_path / "evaluator", tmp_path / "kept"
    owner.mkdir()
    evaluator.mkdir()
    for folder, name in [(owner, "rotations"), (owner, "samples.npy"), (evaluator, "values_1.npy")]:
        (folder / name).write_bytes(b"0")
    wire = Wire({"key_owner": owner, "evaluator": evaluator})
    wire.carry("evaluator", [Shipment("rotation_keys", "rotations", 1, "0")])
    keep(wire, kept)
    assert [path.name for path in kept.iterdir()] == ["rotations"]
    assert [path.name for path in owner.iterdir()] == ["samples.npy"]
