"""A flipped bit in a key or a ciphertext is refused before the library sees it; nothing else may cross."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.errors import IntegrityError
from backends.planner import plan
from bench.parties.process import PartyError
from bench.parties.wire import Shipment, Wire
from bench.run.session import Session
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


def evaluator_folder(parties: Session) -> Path:
    return parties._folders["evaluator"]


def test_a_flipped_bit_in_a_key_is_refused(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, ROUND_TRIPS, tmp_path) as parties:
        _, _, keys = parties.generate_keys(program, bootstrap=False)
        largest = max(keys, key=lambda key: key.size_bytes)
        flip(parties._folders["key_owner"] / largest.name)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.prepare(program, keys)
    assert caught.value.kind == "IntegrityError"


def test_a_flipped_bit_in_a_ciphertext_is_refused(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, ROUND_TRIPS, tmp_path) as parties:
        _, _, keys = parties.generate_keys(program, bootstrap=False)
        parties.prepare(program, keys)
        _, batches = parties.encrypt(INPUTS, program)
        flip(evaluator_folder(parties) / batches[0][0].name)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
    assert caught.value.kind == "IntegrityError"


def test_a_flipped_bit_on_the_way_to_the_key_owner_is_refused(backend: str, tmp_path: Path) -> None:
    """Of a round trip's ciphertext, and of the logits."""
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, ROUND_TRIPS, tmp_path) as parties:
        _, _, keys = parties.generate_keys(program, bootstrap=False)
        parties.prepare(program, keys)
        _, batches = parties.encrypt(INPUTS, program)
        carry = parties.wire.carry

        def damaging(receiver: str, shipments: Sequence[Shipment]) -> None:
            carry(receiver, shipments)
            if receiver == "key_owner":
                flip(parties._folders["key_owner"] / shipments[0].name)

        parties.wire.carry = damaging  # type: ignore[method-assign]
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
    assert caught.value.kind == "IntegrityError"


def test_the_key_owner_gets_no_model_and_the_evaluator_no_data(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, ROUND_TRIPS, tmp_path) as parties:
        _, _, keys = parties.generate_keys(program, bootstrap=False)
        parties.prepare(program, keys)
        _, batches = parties.encrypt(INPUTS, program)
        parties.evaluate(batches)
        theirs = {role: {path.name for path in folder.iterdir()} for role, folder in parties._folders.items()}
    assert theirs["key_owner"] == {"samples.npy", "decrypted.npy"}
    assert {"program.json", "program.safetensors"} <= theirs["evaluator"]
    assert all(name.startswith(("program.", "from_key_owner_")) for name in theirs["evaluator"])


def test_the_session_leaves_nothing_behind(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, ROUND_TRIPS, tmp_path) as parties:
        parties.generate_keys(program, bootstrap=False)
        folders = list(parties._folders.values())
        pids = [party.pid for party in parties._parties.values()]
        assert all(folder.is_dir() for folder in folders)
    assert not any(folder.exists() for folder in folders)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert [path.suffix for path in tmp_path.iterdir()] == [".log"]


@pytest.mark.parametrize("kind", ["secret_key", "private_key", "plaintext"])
def test_the_evaluator_may_not_receive(kind: str, tmp_path: Path) -> None:
    wire = Wire({"key_owner": tmp_path, "evaluator": tmp_path})
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("evaluator", [Shipment(kind, "file", 1, "0")])
