"""What may cross to a party, and what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.errors import IntegrityError
from bench.parties.wire import Shipment, Wire


@pytest.mark.parametrize("kind", ["secret_key", "private_key", "plaintext"])
def test_the_evaluator_may_not_receive(kind: str, tmp_path: Path) -> None:
    wire = Wire({"key_owner": tmp_path, "evaluator": tmp_path})
    with pytest.raises(IntegrityError, match="may not receive"):
        wire.carry("evaluator", [Shipment(kind, "file", 1, "0")])
