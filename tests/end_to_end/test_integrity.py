"""A flipped bit in a key or a ciphertext is refused before the library sees it; nothing else may cross."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.planner import plan
from bench.parties.errors import PartyError
from bench.parties.wire import EVALUATOR, KEY_OWNER, Shipment, Side
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


def test_a_flipped_bit_in_a_key_is_refused_and_nothing_is_left(backend: str, tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        keys = parties.generate_keys(program, bootstrap=False).files
        largest = max(keys, key=lambda key: key.size_bytes)
        flip(opened.wire.folder("key_owner") / largest.name)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.prepare(program, keys)
        folders = [opened.wire.folder(side) for side in (KEY_OWNER, EVALUATOR)]
        pids = [party.pid for party in opened.parties.values()]
        assert all(folder.is_dir() for folder in folders)
    assert caught.value.kind == "IntegrityError"
    assert len(pids) == 2
    assert not any(folder.exists() for folder in folders)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert {path.suffix for path in tmp_path.iterdir()} == {".log"}


def test_a_flipped_bit_in_a_ciphertext_is_refused_by_either_party(backend: str, tmp_path: Path) -> None:
    """Of an input at the evaluator; of a round trip's ciphertext, or of the logits, at the key owner.

    With none flipped it evaluates, and the key owner has no model then, and the evaluator no data.
    """
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    with session(backend, tmp_path) as opened:
        parties = ProgramParties(opened, ROUND_TRIPS)
        parties.prepare(program, parties.generate_keys(program, bootstrap=False).files)
        batches = parties.encrypt(INPUTS, program).batches
        parties.evaluate(batches)
        theirs = {
            side: {path.name for path in opened.wire.folder(side).iterdir()}
            for side in (KEY_OWNER, EVALUATOR)
        }
        assert theirs["key_owner"] == set()  # neither a sample nor what was decrypted
        assert {"program.json", "program.safetensors"} <= theirs["evaluator"]
        assert all(name.startswith(("program.", "from_key_owner_")) for name in theirs["evaluator"])

        sent = opened.wire.folder("evaluator") / batches[0][0].name
        flip(sent)
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
        assert caught.value.kind == "IntegrityError"
        flip(sent)

        carry = opened.wire.carry

        def damaging(receiver: Side, shipments: Sequence[Shipment]) -> None:
            carry(receiver, shipments)
            if receiver == "key_owner":
                flip(opened.wire.folder("key_owner") / shipments[0].name)

        opened.wire.carry = damaging  # type: ignore[method-assign]
        with pytest.raises(PartyError, match="digest") as caught:
            parties.evaluate(batches)
        assert caught.value.kind == "IntegrityError"
