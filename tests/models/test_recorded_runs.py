"""Lines of recorded runs of an ablation: what is damaged is a run that is to be made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models import ablation

NAMED = {"ablation": "norms", "variant": "batch", "seed": 0, "key": "ab"}
#: What a run that ended well found, as far as readers rely on it.
FOUND = {
    "status": "ok",
    "metric": "accuracy",
    "held_out": {"original": {"accuracy": 0.9}, "polynomial": {"accuracy": None}},
    "largest_activation": 2.5,
    "variance_ratio": None,
    "wall_s": {"original": 1.0},
}
OK = NAMED | FOUND
FAILED = NAMED | {"status": "failed", "reason": "it diverged"}


def test_sound_lines_come_back_and_damaged_ones_are_none(tmp_path: Path) -> None:
    path = tmp_path / "norms.jsonl"
    damaged = (
        "{",
        "[]",
        "[" * 100_000,
        json.dumps(OK | {"seed": "0"}),
        json.dumps(OK | {"held_out": None}),
        "",
    )
    path.write_text("\n".join([json.dumps(OK), *damaged, json.dumps(FAILED)]) + "\n")
    with path.open("ab") as file:
        file.write(b'\xff\n{"ablation": "no')
    assert ablation.read(path) == [OK, FAILED]


@pytest.mark.parametrize("cut_off", [b"", b'{"ablation": "no'])
def test_a_run_is_recorded_behind_a_line_that_was_cut_off(tmp_path: Path, cut_off: bytes) -> None:
    path = tmp_path / "norms.jsonl"
    path.write_bytes(cut_off)
    ablation.record(path, OK)
    ablation.record(path, FAILED)
    assert ablation.read(path) == [OK, FAILED]
