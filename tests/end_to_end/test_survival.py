"""An evaluator is killed in the middle: another finishes its work, and what is exact is as if nothing was."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from pathlib import Path

import pytest

from backends.registry import get
from bench.parties.messages import BatchFigures
from bench.run.splitting import decode_each
from bench.run.survival import Survival
from models import reference
from reports.scoring.precision import precision_bits
from tests.end_to_end.deadly import GRAPH, INPUTS, deadly, noted


def executions(measured: BatchFigures) -> dict[tuple[str, int], int]:
    return {(one.operation, one.level): one.executions for one in measured.primitives}


def test_an_evaluation_goes_on_from_where_it_was_kept(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = deadly(backend, tmp_path, monkeypatch)
    # A library takes seconds; between two checkpoints the simulator has no time to lose.
    survival = Survival(allowed=1, checkpoint_s=1e-6 if get(backend).simulates else 0.05)
    found = cell.survived(survival)
    disturbed, undisturbed = (one.measured[0] for one in found.evaluations)
    assert (survival.restarts, len(survival.key_sets)) == (1, 1)
    assert survival.checkpoints > 1
    assert Counter(disturbed.counts) == Counter(undisturbed.counts) == cell.program.counts
    assert executions(disturbed) == executions(undisturbed)
    for one, other in zip(*map(astuple, found.crossed), strict=True):
        assert one == pytest.approx(other, rel=0.01)  # some libraries compress; messages are under a hundred
    # What the first evaluator had done is not done again, but for what came after its last checkpoint.
    first, second = found.calls
    assert first == cell.call
    assert 2 * cell.planned - cell.call <= second <= 2 * cell.planned - cell.call // 2
    if not cell.program.counts["round_trips"]:  # whose fresh ciphertexts are random
        assert noted[0] == noted[1]
    for one in found.evaluations:
        logits = decode_each(cell.program, cell.program.output_layout, one.outputs, one.held)
        bits = precision_bits(logits.reshape(len(INPUTS), -1), reference.logits(GRAPH, INPUTS))
        assert bits is None or bits > 8
    logs = sorted(path.name for path in cell.folder.glob("*.log"))
    assert logs == ["evaluator.2.log", "evaluator.log", "key_owner.log"]
    assert list(cell.folder.glob(".parties-*")) == []
