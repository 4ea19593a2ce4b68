"""Labels that flip: explained by the errors that are known, or a regression."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.errors import ReportError
from reports.gate.compare import compare
from reports.gate.labels import flipped, judge
from reports.gate.rules import LabelsRule, Rules
from reports.gate.sides import Processes, side
from reports.gate.verdicts import Finding, Verdict
from reports.ladder import Ladder
from reports.record import Record
from reports.store import Stored
from tests.reports.processes import logits, processes, stored

CLEAR = logits([2.0, 1.0, 0.0], [0.0, 0.25, 0.0], [5.0, 0.0, 4.0])
IDS = np.array(["a", "b", "c"])


def candidate(folder: Path, record: Record, encrypted: np.ndarray, clear: np.ndarray = CLEAR) -> Stored:
    (one,) = processes(record, place=1)
    ids = IDS[: len(clear)]
    return stored(folder, one, {"logits_encrypted": encrypted, "logits_polynomial": clear, "sample_ids": ids})


def judged(record: Record, after: Stored, error: float | None = 0.125) -> Finding:
    ladder = Ladder(logit_error_max=error, label_agreement=1.0)
    before = Processes((Stored(record.model_copy(update={"ladder": ladder}), None, None),))
    (found,) = judge(record.cell, before, Processes((after,)), LabelsRule())
    return found


def test_a_label_that_the_known_errors_explain_may_flip(record: Record, tmp_path: Path) -> None:
    """A margin of 0.25 is twice 0.125, and does not exceed it."""
    after = candidate(tmp_path, record, logits([2.0, 1.0, 0.0], [0.25, 0.0, 0.0], [5.0, 0.0, 4.0]))
    assert [flip.margin for flip in flipped(after)] == [0.25]
    found = judged(record, after)
    assert (found.verdict, found.after) == (Verdict.SAME, 0)


def test_a_label_of_clear_margin_may_not(record: Record, tmp_path: Path) -> None:
    after = candidate(tmp_path, record, logits([2.0, 1.0, 0.0], [0.25, 0.0, 0.0], [4.0, 0.0, 5.0]))
    found = judged(record, after)
    assert (found.verdict, found.after) == (Verdict.WORSE, 1)
    assert found.why == "c (margin 1) flipped, over 2 times the baseline's largest error, 0.125"
    assert judged(record, after, error=0.5).verdict is Verdict.SAME


def test_every_position_of_a_language_model_counts(record: Record, tmp_path: Path) -> None:
    clear = np.zeros((2, 3, 2))
    clear[:, :, 0] = 1.0
    encrypted = clear.copy()
    encrypted[1, 2] = [0.0, 1.0]
    found = judged(record, candidate(tmp_path, record, encrypted, clear))
    assert found.why.startswith("b at 2 (margin 1) flipped")


def test_without_raw_outputs_or_a_known_error_nothing_is_said(record: Record, tmp_path: Path) -> None:
    exported = Stored(record, None, None)
    assert judged(record, exported).verdict is Verdict.NOT_COMPARABLE
    after = candidate(tmp_path, record, CLEAR)
    assert judged(record, after, error=None).verdict is Verdict.NOT_COMPARABLE


def test_raw_outputs_without_logits_say_nothing_of_labels(record: Record, tmp_path: Path) -> None:
    (one,) = processes(record, place=1)
    found = judged(record, stored(tmp_path, one, {"sample_ids": IDS}))
    assert (found.verdict, found.after) == (Verdict.NOT_COMPARABLE, None)
    assert found.why == "the candidate's raw outputs hold no logits"


@pytest.mark.parametrize(
    "changes",
    [
        {"ladder": Ladder()},
        {"ladder": Ladder(logit_error_max=0.125)},  # a layer's outputs are features
        {"ladder": Ladder(logit_error_max=0.125, label_agreement=0.5), "weights": "random"},
    ],
)
def test_a_cell_without_labels_has_none_to_speak_of(
    record: Record, tmp_path: Path, changes: dict[str, Any]
) -> None:
    after = candidate(tmp_path, record, CLEAR[:, :, ::-1])
    without = replace(after, record=after.record.model_copy(update=changes))
    before = Processes((Stored(record.model_copy(update=changes), None, None),))
    assert judge(record.cell, before, Processes((without,)), LabelsRule()) == []


def test_altered_raw_outputs_fail_the_comparison_by_name(record: Record, tmp_path: Path) -> None:
    after = candidate(tmp_path, record, CLEAR.copy())
    assert after.raw is not None
    after.raw.write_bytes(after.raw.read_bytes()[:-1] + b"!")
    with pytest.raises(ReportError, match="does not match the digest"):
        judged(record, after)
    found = compare(side([Stored(record, None, None)]), side([after]), Rules())
    assert not found.passed
    (refused,) = found.refused
    assert str(after.raw) in refused
