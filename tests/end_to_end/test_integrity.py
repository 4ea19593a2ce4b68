"""A flipped bit in a key or a ciphertext is refused before the library sees it; nothing else may cross."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.errors import IntegrityError
from backends.planner import plan
from bench.parties.errors import PartyError
from bench.parties.wire import SIDES, Shipment, Side, Wire
from bench.run.program_parties import ProgramParties
from tests.end_to_end.harness import refresh_of, session
from tests.random_vit import random_inputs, random_vit
from tests.toy import ROUND_TRIPS

GRAPH = random_vit(7, blocks=1)
INPUTS = random_inputs(7, 2, 12, 5)


def flip(path: Path) -> None:
    """Flip the lowest bit of the middle byte, which every library loads without complaint."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_a_flipped_bit_in_a_key_is_refused(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        keys = parties.generate_keys(program, bootstrap=False).files
        largest = max(keys, key=lambda key: key.size_bytes)
        flip(opened.wire.folder("key_owner") / largest.name)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.prepare(program, keys)
    assert caught.value.kind == "IntegrityError"


def test_a_flipped_bit_in_a_ciphertext_is_refused(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        keys = parties.generate_keys(program, bootstrap=False).files
        parties.prepare(program, keys)
        batches = parties.encrypt(INPUTS, program).batches
        flip(opened.wire.folder("evaluator") / batches[0][0].name)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
    assert caught.value.kind == "IntegrityError"


def test_a_flipped_bit_on_the_way_to_the_key_owner_is_refused(backend: str, tmp_path: Path) -> None:
    """Of a round trip's ciphertext, and of the logits."""
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        keys = parties.generate_keys(program, bootstrap=False).files
        parties.prepare(program, keys)
        batches = parties.encrypt(INPUTS, program).batches
        carry = opened.wire.carry

        def damaging(receiver: Side, shipments: Sequence[Shipment]) -> None:
            carry(receiver, shipments)
            if receiver == "key_owner":
                flip(opened.wire.folder("key_owner") / shipments[0].name)

        opened.wire.carry = damaging  # type: ignore[method-assign]
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
    assert caught.value.kind == "IntegrityError"


def test_the_key_owner_gets_no_model_and_the_evaluator_no_data(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        keys = parties.generate_keys(program, bootstrap=False).files
        parties.prepare(program, keys)
        batches = parties.encrypt(INPUTS, program).batches
        parties.evaluate(batches)
        theirs = {side: {path.name for path in opened.wire.folder(side).iterdir()} for side in SIDES}
    assert theirs["key_owner"] == {"samples.npy", "decrypted.npy"}
    assert {"program.json", "program.safetensors"} <= theirs["evaluator"]
    assert all(name.startswith(("program.", "from_key_owner_")) for name in theirs["evaluator"])


def test_the_session_leaves_nothing_behind(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        parties.generate_keys(program, bootstrap=False)
        folders = [opened.wire.folder(side) for side in SIDES]
        pids = [party.pid for party in opened.parties.values()]
        assert all(folder.is_dir() for folder in folders)
    assert not any(folder.exists() for folder in folders)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert [path.suffix for path in tmp_path.iterdir()] == [".log"]


@pytest.mark.parametrize("kind", ["secret_key", "private_key", "plaintext"])
def test_the_evaluator_may_not_receive(kind: str, tmp_path: Path) -> None:
    wire = Wire({"key_owner": tmp_path, "evaluator": tmp_path})
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("evaluator", [Shipment(kind, "file", 1, "0")])
