"""What schema 1 wrote is read on: as a record, in a store, and in a baseline."""

import json
from pathlib import Path
from typing import Any

import pytest

from reports.baseline import read_records
from reports.costs import Energy
from reports.export import to_json
from reports.identity import canonical_json, digest
from reports.migration import migrated, read_record
from reports.record import Record
from reports.store import RECORDS, load_run

GOLDEN = Path(__file__).with_name("golden_record_schema_1.json")
BASELINES = Path(__file__).parents[2] / "suites" / "baselines"


@pytest.fixture
def written() -> dict[str, Any]:
    """A record as schema 1 wrote it."""
    body: dict[str, Any] = json.loads(GOLDEN.read_text())
    return body


@pytest.fixture
def read_on(record: Record) -> Record:
    """The same as this version has it: what schema 1 did not take apart is null."""
    parts = (
        *("wall_s", "make_keys_s", "write_keys_s", "load_keys_s", "encode_model_s", "other_s"),
        "planned_evaluate_s",
        "stages",
    )
    machine = ("pinned", "shared", "stopped_s", "isolation", "swap")
    drawn = ("secret_from", "error_deviation", "error_from")
    counts = ("relinearisations", "drops", "additions", "negations", "conjugations", "library")
    return record.model_copy(
        update={
            "shape": None,
            "energy": Energy(),
            "price": None,
            "parameters": record.parameters.model_copy(update={"alias": None}) if record.parameters else None,
            "security": record.security.model_copy(update=dict.fromkeys(drawn)),
            "environment": record.environment.model_copy(update=dict.fromkeys(machine)),
            "wire": record.wire.model_copy(update={"rounds": None, "networks": None}),
            "latency": record.latency.model_copy(update=dict.fromkeys(parts)),
            "counts": record.counts.model_copy(update=dict.fromkeys(counts)),
        }
    )


def test_a_record_of_schema_1_keeps_its_figures_and_has_null_for_the_new_ones(
    written: dict[str, Any], read_on: Record
) -> None:
    found = read_record(written)
    assert found == read_on
    assert (found.schema_version, found.latency.keygen_s, found.latency.prepare_model_s) == (2, 3.0, 2.0)
    assert found.origin is not None
    assert (found.origin.build, found.origin.audit) == ("default", False)


def test_a_record_from_before_its_origin_was_kept_has_none(written: dict[str, Any]) -> None:
    del written["origin"]
    assert read_record(written).origin is None


@pytest.mark.parametrize(("secure", "name"), [(True, "n13_vectors"), (False, "n13_INSECURE_vectors")])
def test_a_name_that_contradicts_its_security_is_put_right(
    written: dict[str, Any], secure: bool, name: str
) -> None:
    """Schema 1 named every set INSECURE whose suite demanded nothing."""
    old = {"parameter_set": "n13_INSECURE_vectors", "cell": "toy/linear/tenseal/n13_INSECURE_vectors/0123"}
    security = {**written["security"], "secure": secure, "bits": 128 if secure else None}
    found = read_record({**written, **old, "security": security})
    assert (found.parameter_set, found.cell) == (name, f"toy/linear/tenseal/{name}/0123")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("n14_first48_scale40_depth8_digits9", (14, 48, 40, 8, 9, "round_trip", "portable")),
        ("n13_first50_scale40_depth2_digits3_INSECURE", (13, 50, 40, 2, 3, "round_trip", "portable")),
        ("n13_first50_scale40_depth2_digits3_INSECURE_vectors", (13, 50, 40, 2, 3, "round_trip", "vectors")),
        ("n14_first44_scale37_depth7_digits4_threads1", (14, 44, 37, 7, 4, "round_trip", "portable")),
        (
            "n16_first51_scale47_depth24_digits4_bootstrap3-3c4d16_slots_to_coefficients_first_"
            "iterations2after10_sparse_encapsulated_complex",
            (16, 51, 47, 24, 4, "bootstrap", "complex"),
        ),
    ],
)
def test_a_record_from_before_parameters_were_kept_has_them_from_the_name_of_its_set(
    record: Record, name: str, found: tuple[Any, ...]
) -> None:
    plain = json.loads(record.to_json())
    del plain["parameters"]
    read = read_record({**plain, "parameter_set": name}).parameters
    assert read is not None
    assert read.alias is None
    names = ("log_n", "first_modulus_bits", "scale_bits", "depth", "digits", "refresh", "program")
    assert tuple(getattr(read, name) for name in names) == found


def test_a_set_of_another_name_has_none(record: Record) -> None:
    plain = json.loads(record.to_json())
    del plain["parameters"]
    assert read_record({**plain, "parameter_set": "n12_toy_INSECURE"}).parameters is None


def test_this_schema_is_left_as_it_is(record: Record) -> None:
    plain = json.loads(record.to_json())
    assert migrated(plain) is plain


def test_a_line_of_a_store_of_schema_1_is_read_on_under_its_own_digest(
    tmp_path: Path, written: dict[str, Any], read_on: Record
) -> None:
    body = {"schema": 1, "record": written, "raw": None, "raw_sha256": None}
    folder = tmp_path / read_on.run_id
    folder.mkdir()
    (folder / RECORDS).write_text(canonical_json({**body, "sha256": digest(body)}) + "\n")
    loaded = load_run(folder)
    assert [stored.record for stored in loaded.stored] == [read_on]
    assert loaded.refused == []


def test_a_baseline_of_schema_1_is_read_on_and_exported_in_this_one(
    tmp_path: Path, written: dict[str, Any], read_on: Record
) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps([written]))
    assert read_records(path) == [read_on]
    assert json.loads(to_json([read_on]))[0]["schema"] == 2


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.json")), ids=lambda path: path.stem)
def test_the_baselines_of_this_repository_are_read(path: Path) -> None:
    assert {record.schema_version for record in read_records(path)} == {2}
