"""The record's names and types, and the defects of other harnesses that they rule out."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reports.costs import Counts, Latency, Memory
from reports.ladder import Ladder
from reports.record import Record, Runaway, Runaways, SecurityBlock, Status
from reports.scoring.ladder import RUNGS

GOLDEN = Path(__file__).with_name("golden_record.json")

#: Every name of the record, as the design publishes it.
NAMES = {
    "": "schema run_id started_at suite case backend parameter_set parameters cell key origin scored_from "
    "status reason security weights shape samples batch repeats ladder latency memory counts wire energy "
    "price runaways survival sharing environment remote",
    "origin": "program scoring adapter model data parameters demanded libraries build threads repeats probes "
    "audit evaluator",
    "parameters": "alias log_n first_modulus_bits scale_bits depth digits refresh program parties log_slots",
    "security": "bits log_n log_qp secret source secure secret_from error_deviation error_from",
    "ladder": "metric original he_friendly polynomial encrypted nats label_agreement cosine "
    "logit_error_max logit_error_mean precision_bits precision layers held_out",
    "latency": "plan_s wall_s keygen_s make_keys_s write_keys_s prepare_model_s load_keys_s encode_model_s "
    "encrypt_s evaluate_s evaluate_cpu_s evaluate_idle_s planned_evaluate_s round_trips_s decrypt_s "
    "other_s per_sample_s clear_model_s layers course primitives unsupported runs stages",
    "memory": "keygen_peak_bytes key_owner_peak_bytes evaluator_peak_bytes together_peak_bytes "
    "public_key_bytes "
    "relinearisation_key_bytes rotation_keys_bytes conjugation_key_bytes bootstrap_keys_bytes "
    "ciphertexts_in_bytes ciphertexts_out_bytes prepared_model_bytes",
    "counts": "bootstraps_planned bootstraps round_trips rotations rotation_keys ct_ct ct_pt "
    "relinearisations rescales drops additions negations conjugations "
    "levels_used levels_after_refresh library",
    "wire": "to_evaluator_bytes to_key_owner_bytes messages rounds networks",
    "energy": "source absent start_j keys_j load_j model_j encrypt_j evaluate_j decrypt_j wall_j",
    "price": "currency server server_per_hour traffic_per_gb computing traffic total",
    "environment": "cpu cores threads workers pinned shared memory_bytes "
    "load steal_s stopped_s isolation swap calibration_s os python libraries build git "
    "lost_machines",
}


def test_golden(record: Record) -> None:
    """The published form: other programs read it, so a change here is a change of the schema."""
    assert json.loads(record.to_json()) == json.loads(GOLDEN.read_text())
    assert Record.from_json(GOLDEN.read_text()) == record


def test_a_record_from_before_the_distribution_of_precision_is_read(record: Record) -> None:
    written = json.loads(GOLDEN.read_text())
    del written["ladder"]["precision"], written["ladder"]["layers"][0]["precision"]
    found = Record.from_json(json.dumps(written))
    assert (found.ladder.precision, found.ladder.precision_bits) == (None, 15.5)


def test_a_record_from_before_stages_told_what_they_spent_is_read() -> None:
    written = json.loads(GOLDEN.read_text())
    del written["latency"]["stages"]
    found = Record.from_json(json.dumps(written)).latency
    assert (found.stages, found.evaluate_s) == (None, 60.0)


def test_a_record_from_before_the_error_was_told_is_read() -> None:
    written = json.loads(GOLDEN.read_text())
    for name in ("secret_from", "error_deviation", "error_from"):
        del written["security"][name]
    found = Record.from_json(json.dumps(written)).security
    assert (found.secret, found.secret_from, found.error_deviation) == ("uniform_ternary", None, None)


def test_who_tells_of_the_error_has_one_of_two_words() -> None:
    with pytest.raises(ValidationError, match="'library' or 'declared'"):
        SecurityBlock(error_from="guessed")  # type: ignore[arg-type]


def test_a_record_from_before_its_origin_was_kept_is_read() -> None:
    written = json.loads(GOLDEN.read_text())
    del written["origin"], written["scored_from"]
    assert Record.from_json(json.dumps(written)).origin is None


def test_a_metric_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(ValidationError, match="'f1' is not a metric of this version; use accuracy or"):
        Ladder(metric="f1")


@pytest.mark.parametrize("block", NAMES)
def test_names_are_the_designs_and_all_are_present(record: Record, block: str) -> None:
    written = json.loads(record.to_json())
    assert set(written[block] if block else written) == set(NAMES[block].split())


def test_names_inside_lists(record: Record) -> None:
    written = json.loads(record.to_json())
    layer = {"name", "precision_bits", "error_max", "precision"}
    assert set(written["ladder"]["layers"][0]) == layer
    precision = {"least", "mean", "median", "p99", "error_max"}
    assert set(written["ladder"]["precision"]) == precision
    held_out = {"samples", "digest", "metric", "original", "he_friendly", "polynomial", "nats"}
    assert set(written["ladder"]["held_out"]) == held_out | {"drifts"}
    drift = {"from", "to", "mean", "low", "high", "standard_error", "confidence"}
    assert set(written["ladder"]["held_out"]["drifts"][0]) == drift
    assert set(written["latency"]["layers"][0]) == {"name", "s"}
    stretch = {"layer", "refresh", "highest", "lowest", "count", "s"}
    assert set(written["latency"]["course"][0]) == stretch
    primitive = {
        "name",
        "level",
        "count",
        "calls",
        "s",
        "busy_s",
        "samples_s",
        "precision_bits",
        "mean_precision_bits",
        "bytes",
        "result_level",
        "results",
        "failures",
    }
    assert set(written["latency"]["primitives"][0]) == primitive
    assert set(written["latency"]["unsupported"][0]) == {"name", "reason"}
    spent = {"wall_s", "waited_s", "user_s", "system_s", "idle_s"}
    switches = {"voluntary_switches", "involuntary_switches"}
    assert set(written["latency"]["stages"][0]) == {"stage", "party"} | spent | switches


def test_a_cell_that_never_ran_has_every_name_and_null(fields: dict[str, Any]) -> None:
    plain = {
        "run_id",
        "started_at",
        "suite",
        "case",
        "backend",
        "parameter_set",
        "cell",
        "key",
        "samples",
        "repeats",
    }
    bare = Record(**{name: fields[name] for name in plain}, status=Status.UNSUPPORTED, reason="no bootstrap")
    written = json.loads(bare.to_json())
    assert written["origin"] is None
    assert written["parameters"] is None
    assert written["price"] is None
    for block, names in NAMES.items() - {(name, NAMES[name]) for name in ("origin", "parameters", "price")}:
        assert set(written[block] if block else written) == set(names.split())
    assert {
        value
        for block in ("latency", "memory", "counts", "wire", "energy")
        for value in written[block].values()
    } == {None}
    assert written["security"]["secure"] is False


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        Ladder(precision_bits=value)
    with pytest.raises(ValidationError):
        Latency(evaluate_s=value)


def test_defect_1_drift_has_fields_of_its_own(record: Record) -> None:
    """Accuracy of the encrypted and of the clear model are two numbers, and drift is neither."""
    written = json.loads(record.to_json())["ladder"]
    assert written["logit_error_max"] == 1e-4
    assert {"polynomial", "encrypted"} <= set(written)


def test_defect_2_numbers_are_numbers_in_the_unit_of_their_name() -> None:
    with pytest.raises(ValidationError):
        Memory(public_key_bytes="21.4G")
    with pytest.raises(ValidationError):
        Latency(evaluate_s="60")
    with pytest.raises(ValidationError):
        Latency(total_latency_ms=60.0)
    with pytest.raises(ValidationError):
        Counts(rotations=True)
    names = set(Latency.model_fields) - {"layers", "course", "primitives", "unsupported", "runs", "stages"}
    assert all(name.endswith("_s") for name in names)
    assert all(name.endswith("_bytes") for name in Memory.model_fields)


def test_defect_4_what_failed_says_so(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="only ok has none"):
        Record(**{**fields, "status": Status.FAILED})
    with pytest.raises(ValidationError, match="only ok has none"):
        Record(**{**fields, "reason": "12 of 64 labels differ"})
    with pytest.raises(ValidationError):
        Record.from_json(GOLDEN.read_text().replace('"ok"', '"finished"'))


def test_an_ok_cell_says_what_befell_a_sample_that_ran_away(fields: dict[str, Any]) -> None:
    lost = Runaway(sample="digits-17", layer="block0.attention", reach=1.9, answered=False)
    block = Runaways(samples=[lost], batches_again=6, again_s=12.5)
    told = Record(**{**fields, "runaways": block, "reason": "sample digits-17 leaves the interval"})
    assert Record.from_json(told.to_json()).runaways == block
    with pytest.raises(ValidationError, match="where no sample runs away"):
        Record(**{**fields, "runaways": block})


def test_defect_5_no_total_holds_the_harness_own_stages(fields: dict[str, Any]) -> None:
    assert not [name for name in Latency.model_fields if "total" in name]
    with pytest.raises(ValidationError):
        Latency(total_s=75.0)


def test_defect_6_what_is_missing_is_null_and_never_0_bytes() -> None:
    assert Memory().public_key_bytes is None
    with pytest.raises(ValidationError):
        Memory(public_key_bytes=0)
    assert Counts(bootstraps=0).bootstraps == 0  # a count of 0 was counted


def test_secure_is_128_bits_or_more() -> None:
    with pytest.raises(ValidationError, match="128 bits or more"):
        SecurityBlock(bits=None, secure=True)
    with pytest.raises(ValidationError, match="128 bits or more"):
        SecurityBlock(bits=192, secure=False)


def test_another_schema_is_refused() -> None:
    with pytest.raises(ValidationError):
        Record.from_json(GOLDEN.read_text().replace('"schema": 2', '"schema": 3'))


def test_a_record_from_before_weights_were_told_is_of_a_trained_model(record: Record) -> None:
    written = json.loads(GOLDEN.read_text())
    del written["weights"]
    assert Record.from_json(json.dumps(written)) == record


def test_random_weights_have_no_metric(fields: dict[str, Any]) -> None:
    """What they reach on labelled samples would look like a result."""
    ladder = fields["ladder"]
    bare = ladder.model_copy(update=dict.fromkeys([*RUNGS, "held_out"]))
    assert Record(**{**fields, "weights": "random", "ladder": bare}).ladder.precision_bits == 15.5
    for name in (*RUNGS, "held_out"):
        shown = bare.model_copy(update={name: getattr(ladder, name)})
        with pytest.raises(ValidationError, match="leave every rung of the ladder null"):
            Record(**{**fields, "weights": "random", "ladder": shown})


def test_a_record_from_before_held_out_sets_were_compared_is_read(record: Record) -> None:
    written = json.loads(GOLDEN.read_text())
    del written["ladder"]["held_out"]
    assert Record.from_json(json.dumps(written)).ladder == record.ladder.model_copy(update={"held_out": None})


def test_a_record_from_before_unsupported_primitives_were_kept_is_read(record: Record) -> None:
    written = json.loads(GOLDEN.read_text())
    del written["latency"]["unsupported"]
    assert Record.from_json(json.dumps(written)).latency == record.latency.model_copy(
        update={"unsupported": None}
    )


def test_what_is_unsupported_says_why() -> None:
    with pytest.raises(ValidationError):
        Latency(unsupported=[{"name": "bootstrap"}])
