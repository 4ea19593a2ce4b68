"""The table of measures reaches every number of a record that a gate should hold."""

from math import inf
from typing import Any

import pytest

from reports.costs import Counts, Evaluation, Memory, Primitive, PrimitiveCounts, Wire
from reports.ladder import Ladder
from reports.measures import PLAIN, UNJUDGED, Kind, Measure
from reports.readings import dispensable, readings
from reports.record import Record


def named(record: Record) -> dict[str, float]:
    return {measure.name: value for measure, value in readings(record).items()}


def test_every_count_size_and_message_is_in_the_table() -> None:
    """A new name of the record that nobody holds would regress unseen."""
    names = {measure.name for measure in PLAIN}
    blocks = {"counts": Counts, "counts.library": PrimitiveCounts, "memory": Memory, "wire": Wire}
    computed = {"wire.networks"}  # of bytes and rounds
    for block, model in blocks.items():
        assert {f"{block}.{name}" for name in model.model_fields} - {*blocks, *computed} <= names
    assert len(names) == len(PLAIN)


def test_names_are_places_and_values_what_stands_there(record: Record) -> None:
    found = named(record)
    assert found["counts.rotations"] == 1200
    assert found["counts.bootstraps"] == 0
    assert found["wire.messages"] == 14
    assert found["latency.evaluate_s"] == 60.0
    assert found["ladder.held_out.polynomial"] == 0.98
    assert found["security.bits"] == 128
    assert "memory.bootstrap_keys_bytes" not in found  # null, and never 0


def test_which_way_is_better(record: Record) -> None:
    higher = {measure.name for measure in readings(record) if measure.higher_is_better}
    assert higher >= {"counts.levels_after_refresh", "security.bits", "ladder.precision_bits"}
    assert not higher & {"counts.rotations", "counts.levels_used", "latency.evaluate_s"}


@pytest.mark.parametrize(
    ("metric", "higher"),
    [("accuracy", True), ("perplexity", False), ("cross_entropy", False), ("correlation", True)],
)
def test_which_way_a_metric_is_better(record: Record, metric: str, higher: bool) -> None:
    judged = record.model_copy(update={"ladder": Ladder(metric=metric, polynomial=0.5)})
    (rung,) = (measure for measure in readings(judged) if measure.name == "ladder.polynomial")
    assert (rung.title, rung.higher_is_better) == (f"{metric}: polynomial", higher)


def test_cold_and_hot_are_two_measures_and_a_process_says_one_number_of_each(record: Record) -> None:
    runs = [
        Evaluation(cold=True, evaluate_s=90.0),
        *(Evaluation(cold=False, evaluate_s=s) for s in (50.0, 70.0, 51.0)),
    ]
    repeated = record.model_copy(
        update={"latency": record.latency.model_copy(update={"evaluate_s": 90.0, "runs": runs})}
    )
    found = named(repeated)
    assert (found["latency.evaluate_s"], found["latency.runs.evaluate_s"]) == (90.0, 51.0)
    once = record.model_copy(update={"latency": record.latency.model_copy(update={"runs": runs[:1]})})
    assert "latency.runs.evaluate_s" not in named(once)


@pytest.mark.parametrize(
    ("primitive", "value"),
    [
        ({"samples_s": [3.0, 1.0, 2.0], "s": 600.0, "count": 3}, 2.0),
        ({"s": 6.0, "count": 3}, 2.0),
        ({"s": 6.0}, None),
        ({"s": 0.0, "count": 0}, None),
    ],
)
def test_a_primitive_is_one_operation(record: Record, primitive: dict[str, Any], value: float | None) -> None:
    latency = record.latency.model_copy(
        update={"primitives": [Primitive(name="rotate", level=7, **primitive)]}
    )
    assert named(record.model_copy(update={"latency": latency})).get("latency.primitives.rotate@7") == value


def test_a_primitive_without_a_level_and_its_bits_and_bytes(record: Record) -> None:
    one = Primitive(
        name="rotation_key", samples_s=[1.0], precision_bits=30.0, mean_precision_bits=32.0, bytes=5
    )
    found = named(
        record.model_copy(update={"latency": record.latency.model_copy(update={"primitives": [one]})})
    )
    assert found["latency.primitives.rotation_key"] == 1.0
    assert found["latency.primitives.rotation_key.precision_bits"] == 30.0
    assert found["latency.primitives.rotation_key.mean_precision_bits"] == 32.0
    assert found["latency.primitives.rotation_key.bytes"] == 5


def test_a_result_equal_to_its_reference_has_infinite_bits_and_one_not_measured_has_none(
    record: Record,
) -> None:
    exact = record.model_copy(update={"ladder": Ladder(logit_error_max=0.0)})
    for name in ("ladder.precision_bits", "ladder.logit_error_mean"):
        assert named(exact)[name] == inf
        assert name not in named(record.model_copy(update={"ladder": Ladder()}))


def test_what_follows_from_others_is_shown_and_not_judged(record: Record) -> None:
    judged = {measure.name: measure.judged for measure in readings(record)}
    assert not judged["latency.per_sample_s"]
    assert not judged["latency.clear_model_s"]
    assert not judged["ladder.encrypted"]
    assert judged["latency.evaluate_s"]
    assert {name for name, held in judged.items() if not held} == UNJUDGED


@pytest.mark.parametrize(
    ("primitive", "bits"),
    [
        ({"name": "rotate", "level": 7, "samples_s": [1.0]}, inf),
        (
            {
                "name": "rotate",
                "level": 7,
                "samples_s": [1.0],
                "precision_bits": 20.0,
                "mean_precision_bits": 20.0,
            },
            20.0,
        ),
        ({"name": "load_ciphertext", "level": 7, "samples_s": [1.0]}, inf),
        ({"name": "serialise_ciphertext", "level": 7, "samples_s": [1.0]}, None),
        ({"name": "generate_rotation_keys", "samples_s": [1.0]}, None),
        ({"name": "rotate", "level": 7, "count": 3, "s": 1.0}, None),
    ],
)
def test_a_measured_primitive_without_an_error_is_exact_and_what_is_not_decrypted_is_not(
    record: Record, primitive: dict[str, Any], bits: float | None
) -> None:
    latency = record.latency.model_copy(update={"primitives": [Primitive(**primitive)]})
    found = named(record.model_copy(update={"latency": latency}))
    read = [value for name, value in found.items() if name.startswith("latency.") and "bits" in name]
    assert read == ([] if bits is None else [bits, bits])


def test_keys_that_a_program_does_without_are_dispensable(record: Record) -> None:
    by_name = {measure.name: measure for measure in PLAIN}
    rotation, bootstrap = (by_name[f"memory.{kind}_keys_bytes"] for kind in ("rotation", "bootstrap"))
    assert (dispensable(rotation, record), dispensable(bootstrap, record)) == (False, True)
    assert not dispensable(by_name["memory.public_key_bytes"], record)


def test_a_measure_is_the_same_in_every_record(record: Record) -> None:
    assert set(readings(record)) == set(readings(record.model_copy(update={"samples": 8})))
    assert Measure("counts.rotations", "rotations", Kind.COUNT, always=True) in readings(record)
