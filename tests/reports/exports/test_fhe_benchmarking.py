"""The four groups of the fhe-benchmarking suites, in their names and spellings."""

from __future__ import annotations

import json
from typing import Any

from reports.exports.fhe_benchmarking import to_fhe_benchmarking
from reports.record import Record
from tests.reports.html.records import failing, insecure, made, measured


def entry(record: Record) -> dict[str, Any]:
    (found,) = json.loads(to_fhe_benchmarking([record]))
    return dict(found)


def test_a_record_in_four_groups() -> None:
    record = made()
    assert entry(record) == {
        "submission_name": "tenseal n14_first48_scale40_depth8_digits9",
        "dataset_name": "vit_tiny/digits",
        "Timing": {
            "Key Generation": "3.0s",
            "Encrypted model preprocessing": "2.0s",
            "Input encryption": "0.5s",
            "Encrypted computation": "60.0s",
            "Result decryption": "0.25s",
            "Total": "65.75s",
        },
        "Bandwidth": {
            "Public and evaluation keys": "784.3M",
            "Encrypted input": "3.8M",
            "Encrypted results": "488.3K",
        },
        "Quality": {
            "Encrypted model quality": {"correct_predictions": 63, "total_samples": 64, "accuracy": 0.98},
            "Harness model quality": {"correct_predictions": 62, "total_samples": 64, "accuracy": 0.975},
        },
        "Server Reported": {"block0.attention": "12.5s", "Total": "12.5s"},
        "record": {"key": record.key, "cell": record.cell, "run_id": record.run_id},
    }


def test_what_was_not_measured_is_left_out_and_never_0() -> None:
    found = entry(made(latency={"evaluate_s": 60.0}, memory={}, ladder={}))
    assert found["Timing"] == {"Encrypted computation": "60.0s", "Total": "60.0s"}
    assert [found[name] for name in ("Bandwidth", "Quality", "Server Reported")] == [{}] * 3


def test_encrypted_and_clear_quality_come_from_their_own_rungs() -> None:
    quality = entry(made(ladder__encrypted=0.5, ladder__original=0.75))["Quality"]
    assert [one["correct_predictions"] for one in quality.values()] == [32, 48]


def test_an_agreement_with_the_original_is_no_accuracy() -> None:
    assert entry(made(ladder={"metric": "original_agreement", "encrypted": 0.9}))["Quality"] == {}


def test_a_perplexity_is_no_accuracy() -> None:
    assert entry(made(ladder={"metric": "perplexity", "encrypted": 4.0, "original": 3.9}))["Quality"] == {}


def test_insecure_is_said_and_what_did_not_end_ok_is_left_out() -> None:
    assert entry(insecure(parameter_set="toy"))["submission_name"].endswith("INSECURE")
    assert json.loads(to_fhe_benchmarking([failing("failed", "wrong")])) == []


def test_no_total_without_the_computation() -> None:
    probed = made(latency__evaluate_s=None)
    late = made(status="timed_out", reason="the second evaluation was too slow")
    assert json.loads(to_fhe_benchmarking([probed, measured(0.01), late])) == []
