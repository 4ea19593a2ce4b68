"""The HE-friendly rung from the original's weights: a recipe's entry, its two phases, and how they resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from models import recipe
from models.architectures.options import ORIGINAL
from models.checkpoint import digest, graph_digest, load_graph, save_graph
from models.data.digits import PREPARATION
from models.errors import ModelError
from models.graph import Graph
from models.pipeline import convert, make
from models.reference import outputs, run
from models.training.losses import lessons, states_distance
from models.training.module import GraphModule
from models.warming import hidden_states
from tests.training.graphs import LANGUAGE, VISION, build, digits_vit, inputs_of
from tests.training.recipes import SMALL

PHASES = {"blocks": {"epochs": 1, "learning_rate": 0.003}, "whole": {"epochs": 2, "learning_rate": 0.003}}
WARM: dict[str, Any] = SMALL | {
    "original": "held",
    "architecture": {"kind": "vit", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 2},
    "training": SMALL["training"] | {"seeds": [3]},
    "warm_start": PHASES,
    "fine_tuning": None,
}


def held(folder: Path, **changes: Any) -> Path:
    """A recipe in a folder, and beside it a checkpoint whose original rung it begins with."""
    graph = digits_vit(ORIGINAL)
    shape = recipe.parse(WARM, "WARM", folder).architecture.model_dump(mode="json")
    metadata = {**graph.metadata, "architecture": shape, "preparation": PREPARATION.model_dump(mode="json")}
    save_graph(Graph(graph.name, graph.nodes, graph.output, metadata), folder / "held", "original")
    path = folder / "warm.yaml"
    path.write_text(yaml.safe_dump(WARM | changes))
    return path


def silent(line: str) -> None:
    pass


def test_a_warm_start_is_a_ladder_as_any(tmp_path: Path) -> None:
    lines: list[str] = []
    ladder = convert(held(tmp_path), tmp_path / "out", tmp_path / "work", lines.append)
    assert not any(line.startswith(("original, seed", "he_friendly, seed")) for line in lines)
    assert ladder["rungs"]["original"]["imported"] == str(tmp_path / "held")
    origin = ladder["rungs"]["he_friendly"]
    assert origin["transplanted"]["wall_s"] < origin["wall_s"]
    assert origin["seeds"][0]["validation"] == ladder["validation"]["he_friendly"]
    pairs = ladder["validation"]["pairs"]
    assert pairs["original/he_friendly"]["logit_error_mean"] < 1
    assert load_graph(tmp_path / "out", "polynomial").not_polynomial() == []
    before, after = (load_graph(folder, "original") for folder in (tmp_path / "held", tmp_path / "out"))
    assert [node.operation for node in before] == [node.operation for node in after]


def test_a_recipe_may_take_both_trained_rungs_of_a_checkpoint(tmp_path: Path) -> None:
    """Another degree of the polynomials, and no training but that after substitution."""
    convert(held(tmp_path), tmp_path / "first", tmp_path / "work", silent)
    left_out = ("original", "he_friendly", "warm_start")
    content = {name: value for name, value in WARM.items() if name not in left_out}
    content["conversion"] = content["conversion"] | {"mlp_degree": 8}
    path = tmp_path / "again.yaml"
    path.write_text(yaml.safe_dump(content | {"trained": "first"}))
    lines: list[str] = []
    ladder = convert(path, tmp_path / "again", tmp_path / "work", lines.append)
    assert not any(line.startswith(("original, ", "he_friendly, ", "warm start")) for line in lines)
    for rung in ("original", "he_friendly"):
        assert digest(tmp_path / "again", rung) == digest(tmp_path / "first", rung)
        assert ladder["rungs"][rung]["imported"] == str(tmp_path / "first")
    assert ladder["recipe"]["he_friendly"]["norm"] == "batch"
    degrees = {one["degree"] for one in ladder["intervals"]}
    assert 8 in degrees
    path.write_text(yaml.safe_dump(content | {"trained": "first", "he_friendly": {"activation": "relu"}}))
    with pytest.raises(ModelError, match=r"the recipe's he_friendly is not that of .*; leave it out"):
        make(recipe.load(path), tmp_path / "work", silent)
    path.write_text(yaml.safe_dump(content | {"trained": "first"}))
    drawn = make(recipe.load(path), tmp_path / "work", silent, untrained=True).rungs
    assert not any(node.operation == "softmax" for node in drawn["he_friendly"])


def test_fine_tuning_of_what_is_trained_has_a_batch_from_training() -> None:
    left_out = ("original", "he_friendly", "warm_start", "training")
    content = {name: value for name, value in WARM.items() if name not in left_out} | {"trained": "first"}
    assert recipe.parse(content, "again", Path()).trained == Path("first")
    tuned = content | {"fine_tuning": SMALL["fine_tuning"]}
    with pytest.raises(ModelError, match="training is missing"):
        recipe.parse(tuned, "again", Path())


@pytest.mark.parametrize("contrary", ["original", "warm_start"])
def test_what_is_trained_is_not_told_twice(contrary: str) -> None:
    content = {name: value for name, value in WARM.items() if name not in ("original", "warm_start")}
    del content["he_friendly"]
    with pytest.raises(
        ModelError, match=f"{contrary} is as the checkpoint of `trained` has it; leave it out"
    ):
        recipe.parse(content | {"trained": "first", contrary: WARM[contrary]}, "again", Path())


def test_phases_are_stages_of_their_own(tmp_path: Path) -> None:
    path, lines = held(tmp_path), []
    first = make(recipe.load(path), tmp_path / "work", silent).rungs
    longer = PHASES | {"whole": {"epochs": 1, "learning_rate": 0.003}}
    make(recipe.load(held(tmp_path, warm_start=longer)), tmp_path / "work", lines.append)
    assert "warm start, blocks, seed 3: done already" in lines
    assert any(line.startswith("warm start, whole, seed 3: epoch 1 of 1") for line in lines)
    lines.clear()
    again = make(recipe.load(held(tmp_path)), tmp_path / "work", lines.append).rungs
    assert sum("done already" in line for line in lines) == 2
    assert graph_digest(again["he_friendly"]) == graph_digest(first["he_friendly"])


def test_labels_play_no_part_unless_they_are_asked_for() -> None:
    chosen = recipe.parse(WARM, "WARM", Path())
    assert chosen.warm_start is not None
    assert chosen.warm_start.labels == 0


def test_a_recipe_without_one_is_known_as_before() -> None:
    without = recipe.parse({**WARM, "warm_start": None}, "WARM", Path())
    parts = type(without).model_fields
    assert without.digest(*parts) == without.digest(*(part for part in parts if part != "warm_start"))
    assert without.digest(*parts) != recipe.parse(WARM, "WARM", Path()).digest(*parts)


def test_a_checkpoint_that_prepares_otherwise_is_refused(tmp_path: Path) -> None:
    path = held(tmp_path, preparation=SMALL["preparation"] | {"mean": [7]})
    with pytest.raises(ModelError, match=r"prepares samples otherwise than .*held \(mean\)"):
        make(recipe.load(path), tmp_path / "work", silent)


def test_what_the_recipe_leaves_out_is_the_checkpoints(tmp_path: Path) -> None:
    preparation = {name: SMALL["preparation"][name] for name in ("kind", "size", "patch")}
    short = {"whole": {"epochs": 1, "learning_rate": 0.003}}
    path = held(tmp_path, preparation=preparation, warm_start=short)
    found = make(recipe.load(path), tmp_path / "work", silent).ladder["recipe"]["preparation"]
    assert (tuple(found["mean"]), tuple(found["std"])) == ((8.0,), (8.0,))


@pytest.mark.parametrize(("kind", "options"), [("vit", VISION), ("gpt", LANGUAGE), ("bert", LANGUAGE)])
def test_each_part_is_given_the_states_of_the_teacher(kind: str, options: Any) -> None:
    """So a part learns as if all before it were the teacher's: what it makes depends on no other part."""
    teacher, begun = build(kind, ORIGINAL), build(kind, options, seed=2)
    inputs = inputs_of(teacher, 4)
    states = hidden_states(teacher, begun)
    given = torch.from_numpy(inputs if inputs.ndim == 2 else inputs.astype(np.float32))
    taught = lessons(teacher, states)(given)
    assert taught.keys() == {*states, teacher.output}
    np.testing.assert_allclose(taught[teacher.output].numpy(), outputs(teacher, inputs), atol=1e-4)
    values = run(teacher, inputs)
    for name in states:
        np.testing.assert_allclose(taught[name].numpy(), values[name], atol=1e-4)
    module = GraphModule(begun, watched=states)
    evaluation = module(given, taught)
    evaluation.states[states[-1]].sum().backward()
    moved = {name for name, parameter in module.named_parameters() if parameter.grad is not None}
    assert moved
    assert not any(name.startswith(("embedding/", "blocks_0_attention_q")) for name in moved)
    assert torch.equal(evaluation.output, module(given, {states[-1]: taught[states[-1]]}).output)


def test_padding_does_not_count_among_hidden_states() -> None:
    inputs = torch.tensor([[1, 2, -1]])
    wanted = {"one": torch.tensor([[[1.0, 3.0], [2.0, 0.0], [5.0, 5.5]]])}
    near = {"one": wanted["one"] + torch.tensor([0.0, 0.0, 9.0])[None, :, None]}
    far = {"one": wanted["one"] + torch.tensor([1.0, 0.0, 9.0])[None, :, None]}
    assert states_distance(near, wanted, inputs) == 0
    assert states_distance(far, wanted, inputs) == pytest.approx(1 / 2)
    assert states_distance(near, wanted, torch.tensor([[1, 2, 0]])) > 1


def test_random_weights_need_no_warm_start(tmp_path: Path) -> None:
    path = held(tmp_path)
    ladder = make(recipe.load(path), tmp_path / "work", silent, untrained=True).ladder
    assert ladder["weights"] == "random"
