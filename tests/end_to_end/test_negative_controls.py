"""Whole cells whose result must be refused: each fails, and its reason says what was seen.

What a library's own counts and levels tell is in `test_sabotage.py`; damage on the way, in
`test_integrity.py`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backends.registry import get
from bench.parties.isolation import NONE
from bench.run.outcome import Outcome
from reports.record import Status
from tests.end_to_end import saboteur
from tests.end_to_end.whole_cells import outcome, small_cell

#: What scoring says of numbers that are not the model's.
WRONG = r"the decrypted logits (?:share with|are not finite)"

#: Samples in a ciphertext of the small cell.
BATCH = 64


def refused(found: Outcome, seen: str) -> None:
    """The cell failed, and its reason says what was seen."""
    assert found.status is Status.FAILED, found.reason
    assert found.reason is not None
    assert re.search(seen, found.reason), found.reason


def test_without_sabotage_the_cell_ends_well(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outcome(small_cell(backend), tmp_path, monkeypatch)
    assert found.status is Status.OK, found.reason
    assert found.figures.evaluations[0].measured[0].counts["round_trips"] > 0


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        (saboteur.ZEROS, rf"{WRONG}|transparent"),  # as SEAL calls what holds nothing, and makes none
        (saboteur.REPLAYED, WRONG),
        (saboteur.STALE, rf"{WRONG}|\(round_trip"),
        (saboteur.PERTURBED, WRONG),
        (saboteur.COARSE, r"share with the polynomial model's .* bits"),
    ],
    ids=["zeros", "replayed", "stale", "perturbed weight", "precision dropped"],
)
def test_an_evaluator_that_computes_something_else(
    backend: str, spoil: str, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(outcome(small_cell(backend), tmp_path, monkeypatch, spoil), seen)


def test_an_evaluator_that_exchanges_the_results_of_two_batches(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a right answer, of the right size and level, to the other's question."""
    cell = replace(small_cell(backend), samples=2 * BATCH)
    refused(outcome(cell, tmp_path, monkeypatch, saboteur.SWAPPED), WRONG)


def test_an_evaluator_that_flips_a_bit_under_an_honest_digest(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wire sees nothing; where the library reads what came, the numbers tell."""
    refused(
        outcome(small_cell(backend), tmp_path, monkeypatch, saboteur.TAMPERED),
        rf"{WRONG}|is not a ciphertext|(?:refused|cannot read) .*from_evaluator_",
    )


def test_an_evaluator_that_looks_for_a_secret_sees_no_folder_of_the_key_owner(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outcome(small_cell(backend), tmp_path, monkeypatch, saboteur.PEEPING)
    if found.figures.protection.isolation == NONE:  # as the record says
        assert found.status is Status.OK
        return
    refused(found, r"a file .*key_owner cannot be used \((?:Permission denied|No such file or directory)\)")


def test_a_secret_key_that_is_sent_does_not_cross(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outcome(small_cell(backend), tmp_path, monkeypatch, betray=saboteur.SENT_SECRET)
    refused(found, r"the evaluator may not receive a secret_key \(secret\)")


def test_a_rotation_whose_key_is_missing(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(
        outcome(small_cell(backend), tmp_path, monkeypatch, betray=saboteur.MISSING_KEY), r"(?i)key|rotat"
    )


def test_a_wrong_secret_key(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if get(backend).simulates:  # which has no key
        return
    refused(
        outcome(small_cell(backend), tmp_path, monkeypatch, betray=saboteur.WRONG_KEY),
        rf"{WRONG}|decrypt|key",
    )
