"""A case is a model on data, a layer or primitives, and nothing in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UserError
from bench.run.workload import layer_workload
from bench.spec.cases import LayerCase, ModelCase, PrimitivesCase
from bench.spec.cells import expand, turns
from bench.spec.suite import CHECKPOINTS, Suite, load_suite
from models.data.own import Table
from reports.html.growth import growths
from reports.record import Shape
from reports.scoring.precision import precision_bits
from tests.reports.html.records import made

SUITE = """suite: small
title: small
samples: 4
rounds: 2
cases:
  - {name: one, CASE}
parameter_sets:
  - {log_n: 14, first_modulus_bits: 48, scale_bits: 40, depth: 8, digits: 9,
     refresh: round_trip, backends: [a, b]}
"""


def suite(tmp_path: Path, case: str) -> Suite:
    path = tmp_path / "small.yaml"
    path.write_text(SUITE.replace("CASE", case))
    return load_suite(str(path), ["a", "b"])


def test_blocks_follow_each_other_and_say_what_grows(tmp_path: Path) -> None:
    loaded = suite(tmp_path, "layer: {kind: block, tokens: 4, features: 8, heads: 2, degree: 3, blocks: 3}")
    (case,) = loaded.cases
    assert isinstance(case, LayerCase)
    workload = layer_workload(case.layer, 2)
    assert workload.shape == Shape(kind="block", tokens=4, width=8, blocks=3)
    values = workload.values
    assert values["blocks.2.mlp.residual"].shape == (2, 4, 8)
    assert max(abs(value).max() for value in values.values()) < 4, "values stay of size 1"
    single = layer_workload(case.layer.model_copy(update={"blocks": 1}), 2)
    assert "mlp.residual" in single.values


def test_only_blocks_are_repeated(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"small\.yaml:6: only a block is repeated"):
        suite(tmp_path, "layer: {kind: linear, tokens: 4, features: 8, blocks: 2}")


def test_a_layer_may_have_samples_of_its_own(tmp_path: Path) -> None:
    loaded = suite(tmp_path, "samples: 3, layer: {kind: linear, tokens: 4, features: 8}")
    assert [cell.samples for cell in expand(loaded)] == [3, 3]
    assert [cell.samples for cell in expand(loaded, samples=2)] == [2, 2]
    with pytest.raises(UserError, match=r"small\.yaml:6: only a layer has samples of its own"):
        suite(tmp_path, "samples: 3, model: vit_tiny, data: digits")


def test_scaling_sweeps_tokens_width_blocks_samples_and_n() -> None:
    """By the records that its cells have, as the report's table takes them."""
    records = []
    for cell in expand(load_suite("scaling", ["openfhe", "tenseal", "pyfhel"]), ["tenseal"]):
        assert isinstance(cell.case, LayerCase)
        layer = cell.case.layer
        records.append(
            made(
                case=cell.case.name,
                parameter_set=cell.parameter_set_name,
                samples=cell.samples,
                shape={
                    "kind": layer.kind,
                    "tokens": layer.tokens,
                    "width": layer.features,
                    "blocks": layer.blocks,
                },
                security__log_n=cell.parameter_set.parameters.log_n,
                latency__evaluate_s=1.0,
            )
        )
    assert {growth.parameter: growth.values for growth in growths(records)} == {
        "tokens": (8, 16, 32, 64),
        "width": (16, 32, 64, 128),
        "blocks": (1, 2, 3, 4),
        "samples": (2, 4, 8, 16),
        "N": (1 << 13, 1 << 14, 1 << 15),
    }


def test_a_path_is_never_taken_for_a_checkpoint_of_this_project(tmp_path: Path) -> None:
    own = tmp_path / "vit_tiny"
    own.mkdir()
    assert suite(tmp_path, "model: ./vit_tiny, data: digits").model_folders == {"one": own}
    assert suite(tmp_path, "model: vit_tiny, data: digits").model_folders == {"one": CHECKPOINTS / "vit_tiny"}
    (own / "polynomial.json").touch()
    with pytest.raises(UserError, match=r"and a folder beside the suite; write \./vit_tiny for the folder"):
        suite(tmp_path, "model: vit_tiny, data: digits")


def test_a_layer_needs_no_checkpoint(tmp_path: Path) -> None:
    loaded = suite(tmp_path, "layer: {kind: attention, tokens: 4, features: 8, heads: 2, degree: 3}")
    (case,) = loaded.cases
    assert isinstance(case, LayerCase)
    assert (case.layer.heads, case.layer.seed) == (2, 0)
    assert not loaded.missing
    assert all(cell.model_folder is None for cell in expand(loaded))


def test_primitives_have_their_repetitions(tmp_path: Path) -> None:
    (case,) = suite(tmp_path, "primitives: {}").cases
    assert isinstance(case, PrimitivesCase)
    assert (case.primitives.repetitions, case.primitives.long_repetitions) == (30, 5)


def test_a_model_may_have_its_users_own_data(tmp_path: Path) -> None:
    (case,) = suite(
        tmp_path, "model: vit_tiny, data: {kind: table, held_out: a.tsv, text: t, label: l, classes: [x, y]}"
    ).cases
    assert isinstance(case, ModelCase)
    assert case.data == Table(kind="table", held_out="a.tsv", text="t", label="l", classes=("x", "y"))


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("layer: {kind: linear, tokens: 4, features: 8}, primitives: {}", "not layer and primitives"),
        ("primitives: {}, data: digits", "not primitives and data"),
        ("data: digits", "the key 'model' is missing"),
        ("model: vit_tiny", "the key 'data' is missing"),
        ("model: vit_tiny, data: {kind: tables}", "data.kind is 'tables'; did you mean table?"),
        ("model: vit_tiny, data: {kind: image_folders, held_out: f, sides: 4}", "did you mean side?"),
        ("model: vit_tiny, data: {kind: image_folders, side: 4}", "no split is anywhere"),
        ("model: vit_tiny, data: 7", "data is a whole number 7; write text"),
        ("layer: {kind: lineer, tokens: 4, features: 8}", "did you mean linear?"),
        ("layer: {kind: attention, tokens: 4, features: 8, heads: 3}", "8 features do not divide among 3"),
        ("primitives: {repetition: 3}", "did you mean repetitions?"),
        ("primitives: {repetitions: 0}", "greater than 0"),
    ],
)
def test_what_is_no_case_is_refused_with_its_line(tmp_path: Path, case: str, sentence: str) -> None:
    with pytest.raises(UserError, match=r"small\.yaml:\d+: .*") as refused:
        suite(tmp_path, case)
    assert sentence in str(refused.value)


def test_in_each_round_every_cell_has_its_turn(tmp_path: Path) -> None:
    cells = expand(suite(tmp_path, "primitives: {}"))
    assert [(turn, cell.backend) for turn, cell in turns(cells)] == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]
    assert [turn for turn, _ in turns(cells, rounds=1)] == [0, 0]


@pytest.mark.parametrize("kind", ["linear", "activation", "attention", "block"])
def test_a_layer_is_drawn_alike_each_time_and_stays_in_its_intervals(tmp_path: Path, kind: str) -> None:
    (case,) = suite(tmp_path, f"layer: {{kind: {kind}, tokens: 4, features: 8, heads: 2, seed: 3}}").cases
    assert isinstance(case, LayerCase)
    workload, again = layer_workload(case.layer, 100), layer_workload(case.layer, 101)
    assert workload.weights == "random"
    assert workload.metric is None
    values = workload.values[workload.polynomial.output]
    assert values.shape == (100, 4, 8)
    assert precision_bits(values, again.values[again.polynomial.output][:100]) is None
