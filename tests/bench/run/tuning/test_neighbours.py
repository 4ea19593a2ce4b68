"""Neighbours of a choice: sets that differ from it, that a backend can use, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.parameters import BootstrapParameters, ParameterSet
from backends.registry import available, get
from backends.security import judge, nominal
from bench.run.tuning.written import literal
from bench.spec.suite import SUITES, load_suite
from models.layers import LayerShape, layer
from reports.record import Record
from tests.bench.commands import ROOT
from tests.bench.run.tuning.neighbours import CHOICE, NEIGHBOURS, neighbours, rows, suite_of
from tests.reports.processes import FAILED, vary

GRAPH = layer(LayerShape("activation", tokens=4, features=8, heads=1, degree=4), 0)
SHALLOW = ParameterSet(13, 34, 30, 4, 5)
BOOTSTRAP = BootstrapParameters((3, 3), 4, 16)
DEEP = ParameterSet(16, 51, 47, 24, 4, secret="sparse_encapsulated", bootstrap=BOOTSTRAP)


@pytest.mark.parametrize(
    ("library", "at", "refresh"),
    [
        ("tenseal", SHALLOW, "round_trip"),
        ("openfhe", replace(SHALLOW, digits=2, log_n=14), "round_trip"),
        ("openfhe", DEEP, "bootstrap"),
    ],
)
def test_ten_neighbours_are_secure_sets_of_their_own(library: str, at: ParameterSet, refresh: str) -> None:
    found = neighbours(at, refresh, get(library), GRAPH)
    assert len({(one.log_n, one.depth, one.digits, one.bootstrap) for one in [at, *found]}) == NEIGHBOURS + 1
    for one in found:
        told = get(library).capabilities(one).security
        assert judge(told or nominal(one)).secure
        assert one.scale_bits <= at.scale_bits


def test_the_suite_has_the_choice_its_neighbours_and_what_is_shipped(tmp_path: Path) -> None:
    tuned, beside = tmp_path / "tuned.yaml", tmp_path / "beside.yaml"
    text = (SUITES / "vit_tiny.yaml").read_text().split("parameter_sets:")[0]
    used = literal("choice1", replace(SHALLOW, log_n=14), "round_trip", "portable", ["tenseal"])
    tuned.write_text(f"{text}parameter_sets: [{used}]\nlimits: {{precision_bits: 14}}\n")
    beside.write_text(suite_of(tuned, "choice1", None, samples=8, rounds=2))
    suite = load_suite(str(beside), list(available()))
    names = [one.alias for one in suite.parameter_sets]
    assert names[: NEIGHBOURS + 1] == [CHOICE, *(f"neighbour{place}" for place in range(1, NEIGHBOURS + 1))]
    assert {"shipped_shared14", "shipped_best_seal"} <= set(names)
    assert {(one.samples, one.backends, one.limits.precision_bits) for one in suite.parameter_sets} == {
        (8, ("tenseal",), 1)
    }
    assert suite.rounds == 2


def test_a_neighbour_is_held_against_the_choice_by_its_processor_time() -> None:
    golden = Record.model_validate_json((ROOT / "tests" / "reports" / "golden_record.json").read_text())
    one = vary(golden, {"parameters.alias": CHOICE, "samples": 2, "latency.evaluate_cpu_s": 4.0})
    faster = vary(one, {"parameters.alias": "neighbour1", "latency.evaluate_cpu_s": 3.0})
    failed = vary(one, {"parameters.alias": "neighbour2", **FAILED})
    choice, found, other = rows([one, faster, failed])
    assert choice[-2:] == ("2.000", "1.00")
    assert found[-2:] == ("1.500", "0.75")
    assert other[4] == "failed"
