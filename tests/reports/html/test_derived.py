"""What follows from a record by arithmetic, by hand."""

from __future__ import annotations

import pytest

from reports.floors import single_operations
from reports.html.derived import (
    batches,
    evaluation_keys_bytes,
    full_batch_s,
    loss,
    one_input_s,
    sample_s,
    standing,
)
from reports.ladder import Ladder
from tests.reports.html.records import failing, insecure, made


def test_one_input_waits_for_one_evaluation() -> None:
    record = made(samples=70, batch=32)
    assert batches(record) == 3
    assert one_input_s(record) == pytest.approx(20.0)


def test_a_full_batch_shares_one_evaluation_though_the_run_filled_it_in_part() -> None:
    record = made(samples=2, batch=16, latency__evaluate_s=8.0, latency__per_sample_s=4.0)
    assert full_batch_s(record) == pytest.approx(0.5)


def test_what_was_not_measured_stays_absent() -> None:
    assert full_batch_s(made(batch=None)) is None
    assert full_batch_s(made(latency__evaluate_s=None)) is None
    assert batches(made(batch=None)) is None
    assert one_input_s(made(batch=None)) is None
    assert one_input_s(made(latency__evaluate_s=None)) is None
    assert evaluation_keys_bytes(failing("failed", "no")) is None


def test_times_in_pieces_rank_with_none() -> None:
    survived = {
        **{"restarts": 0, "lost_s": 0.0, "journalled_batches": 1, "key_sets": 2},
        **{"checkpoints": 3, "checkpoints_s": 0.5},
    }
    assert sample_s(made()) is not None
    assert one_input_s(made(survival=survived)) is None
    assert sample_s(made(survival=survived)) is None
    assert sample_s(made(survival={**survived, "journalled_batches": 0})) is not None  # nothing befell it


def test_evaluation_keys_are_added_up_without_the_public_key() -> None:
    assert evaluation_keys_bytes(made(memory__bootstrap_keys_bytes=5)) == 820_000_005


def test_a_loss_of_accuracy_is_a_difference_and_of_perplexity_a_growth() -> None:
    accuracy = Ladder(original=0.9, polynomial=0.88)
    assert loss(accuracy, "original", "polynomial") == pytest.approx(0.02)
    perplexity = Ladder(metric="perplexity", original=4.0, polynomial=5.0)
    assert loss(perplexity, "original", "polynomial") == pytest.approx(0.25)
    assert loss(accuracy, "original", "encrypted") is None


def test_what_did_not_end_ok_stands_apart_from_secure_and_from_insecure() -> None:
    found = [standing(record) for record in (made(), insecure(), failing("unsupported", "no"))]
    assert found == ["secure", "insecure", "unfinished"]


def test_primitives_of_an_evaluation_were_not_measured_one_by_one() -> None:
    primitive = {"name": "rotate", "level": 7, "count": 3, "s": 0.3}
    assert not single_operations(made(latency__primitives=[primitive]))
    assert single_operations(made(latency__primitives=[{**primitive, "samples_s": [0.1, 0.1, 0.1]}]))
    assert not single_operations(failing("failed", "no"))
