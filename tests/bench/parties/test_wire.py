"""What may cross to a party, and what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.errors import IntegrityError
from bench.parties.wire import Crossed, Shipment, Wire, announce, key_owners


@pytest.mark.parametrize("kind", ["secret_key", "private_key", "plaintext"])
def test_the_evaluator_may_not_receive(kind: str, tmp_path: Path) -> None:
    wire = Wire({"key_owner": tmp_path, "evaluator": tmp_path})
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("evaluator", [Shipment(kind, "file", 1, "0")])


@pytest.mark.parametrize("kind", ["secret_key", "partial_decryption"])
def test_several_key_owners_keep_what_decrypts_to_themselves(kind: str, tmp_path: Path) -> None:
    wire = Wire(dict.fromkeys((*key_owners(3), "evaluator"), tmp_path))
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("evaluator", [Shipment(kind, "file", 1, "0")])


def test_a_single_key_owner_is_sent_no_partial_decryption(tmp_path: Path) -> None:
    wire = Wire({"key_owner": tmp_path, "evaluator": tmp_path})
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("key_owner", [Shipment("partial_decryption", "file", 1, "0")])


def test_what_is_sent_to_several_is_counted_for_each(tmp_path: Path) -> None:
    folders = {side: tmp_path / side for side in (*key_owners(2), "evaluator")}
    for folder in folders.values():
        folder.mkdir()
    (folders["evaluator"] / "from_evaluator_0").write_bytes(b"1234")
    wire = Wire(folders)
    shipped = [announce(folders["evaluator"], "ciphertext", "from_evaluator_0")]
    wire.carry("key_owner_2", shipped, "evaluator", others_follow=True)
    wire.carry("key_owner", shipped, "evaluator")
    assert not (folders["evaluator"] / "from_evaluator_0").exists()
    assert all((folders[side] / "from_evaluator_0").read_bytes() == b"1234" for side in key_owners(2))
    wire.carry("key_owner", shipped, "key_owner_2")
    assert wire.crossed == Crossed(to_evaluator_bytes=0, to_key_owner_bytes=8, messages=2)
    assert (wire.among_key_owners_bytes, wire.messages_among_key_owners) == (4, 1)
