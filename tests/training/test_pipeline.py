"""A whole conversion from a small recipe."""

import json
from pathlib import Path

import pytest
import yaml

from models import pipeline
from models.checkpoint import RUNGS, load_graph
from models.data import digits
from models.errors import ModelError
from models.ladder import compare
from models.pipeline import convert

RECIPE = {
    "name": "small",
    "data": "digits",
    "validation_per_class": 10,
    "model": {"dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1},
    "training": {
        "seeds": [3, 4],
        "epochs": 2,
        "batch": 64,
        "learning_rate": 0.01,
        "warm_up_epochs": 0,
        "weight_decay": 0.1,
        "label_smoothing": 0.0,
        "range_weight": 0.02,
    },
    "conversion": {"attention_degree": 4, "mlp_degree": 6, "margin": 2.0, "value_size": 1.0},
}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(RECIPE))
    return path


def test_a_recipe_becomes_a_checkpoint_with_its_ladder(recipe: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    ladder = convert(recipe, tmp_path / "out", lines.append)
    assert json.loads((tmp_path / "out" / "ladder.json").read_text()) == ladder
    rungs = {rung: load_graph(tmp_path / "out", rung) for rung in RUNGS}
    found = compare(rungs, digits.held_out())
    for rung in RUNGS:
        assert ladder["held_out"][rung] == found[rung]
    assert rungs["polynomial"].not_polynomial() == []
    assert any(line.startswith("he_friendly, seed 4: epoch 2 of 2") for line in lines)


def test_the_seed_that_is_kept_is_the_best_on_validation(recipe: Path, tmp_path: Path) -> None:
    ladder = convert(recipe, tmp_path / "out", lambda line: None)
    for rung in ("original", "he_friendly"):
        tried = {entry["seed"]: entry["validation"] for entry in ladder["rungs"][rung]["seeds"]}
        assert tried.keys() == {3, 4}
        kept = tried[ladder["rungs"][rung]["seed"]]
        assert kept["accuracy"] == max(entry["accuracy"] for entry in tried.values())
        assert ladder["validation"][rung] == kept["accuracy"]


def test_a_rung_that_is_not_what_it_was_made_from_is_refused(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "ROUNDING_TOLERANCE", 0.0)
    with pytest.raises(ModelError, match=r"polynomial deviates by .* more than"):
        convert(recipe, tmp_path / "out", lambda line: None)
    assert not (tmp_path / "out").exists()
