"""What several records share: the held-out ladder of a case, of the models that are still its answer."""

from __future__ import annotations

from typing import Any

from reports.html.conditions import groups
from reports.html.processes import newest
from reports.html.shared import conditions, held_out_ladders
from reports.record import Record
from tests.reports.html.records import GOLDEN, made


def of_model(polynomial: float, **changes: Any) -> Record:
    """A record of a model that is so good on the held-out set."""
    return made(ladder__held_out={**GOLDEN["ladder"]["held_out"], "polynomial": polynomial}, **changes)


def told(records: list[Record]) -> list[tuple[int, float]]:
    lines = held_out_ladders(records, newest(records, groups(records)))
    return [(line["place"], line["polynomial"]) for line in lines]


def test_a_model_trained_anew_takes_the_place_of_the_one_before() -> None:
    assert told([of_model(0.98), of_model(0.95)]) == [(1, 0.95)]


def test_a_perplexity_has_its_nats_beside_it() -> None:
    rungs = {"original": 0.7, "he_friendly": 1.5, "polynomial": 1.6}
    block = {**GOLDEN["ladder"]["held_out"], "metric": "perplexity", "nats": rungs}
    (line,) = held_out_ladders([made(ladder__held_out=block)], [True])
    assert line["nats"] == rungs | {"encrypted": None}
    (line,) = held_out_ladders([of_model(0.98)], [True])
    assert line["nats"] is None


def test_records_of_one_model_have_one_line() -> None:
    assert told([of_model(0.98), of_model(0.98, backend="pyfhel")]) == [(0, 0.98)]


def test_two_models_that_both_have_current_records_have_a_line_each() -> None:
    found = told([of_model(0.98), of_model(0.98, backend="pyfhel"), of_model(0.95)])
    assert found == [(1, 0.98), (2, 0.95)]


def test_software_is_told_with_how_it_was_built() -> None:
    libraries = {"tenseal": "0.3.18", "seal": "4.3"}
    build = {"kind": "native", "compiler": "GCC 14.2.1"}
    record = made(backend="tenseal", environment__libraries=libraries, environment__build=build)
    plain = made(backend="cleartext", environment__libraries={"numpy": "2.4"}, environment__build={})
    (told,) = conditions([record, plain], [1, 1])
    assert told["software"] == [
        "cleartext: numpy 2.4",
        "tenseal: seal 4.3, tenseal 0.3.18; built: compiler GCC 14.2.1, kind native",
    ]
