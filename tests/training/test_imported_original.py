"""A recipe whose original rung is a Hugging Face folder beside it."""

import json
from pathlib import Path

import pytest
import torch
import yaml
from transformers import ViTConfig, ViTForImageClassification

from models import recipe
from models.checkpoint import load_graph
from models.data import catalogue, preparation
from models.errors import ModelError
from models.ladder import measure
from models.pipeline import convert
from tests.training.recipes import SMALL

RECIPE = SMALL | {
    "original": "vit",
    "preparation": SMALL["preparation"] | {"lead": True},
    "architecture": SMALL["architecture"] | {"pool": "first"},
    "training": SMALL["training"] | {"seeds": [3], "epochs": 1},
    "fine_tuning": None,
}
CONFIG = {
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "image_size": 8,
    "patch_size": 2,
    "num_channels": 1,
    "num_labels": 10,
}


def written(folder: Path, **changes: object) -> Path:
    torch.manual_seed(0)
    ViTForImageClassification(ViTConfig(**CONFIG)).save_pretrained(folder / "vit")
    path = folder / "imported.yaml"
    path.write_text(yaml.safe_dump(RECIPE | changes))
    return path


def test_it_converts_with_the_imported_model_as_its_original(tmp_path: Path) -> None:
    lines: list[str] = []
    path = written(tmp_path)
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lines.append)
    assert not any(line.startswith("original") for line in lines)
    origin = ladder["rungs"]["original"]
    assert origin["imported"] == str(tmp_path / "vit")
    assert origin["deviation"] < 1e-9
    assert origin["wall_s"] > 0
    graph = load_graph(tmp_path / "out", "original")
    held_out = preparation.samples(catalogue.load("digits", "held_out"), recipe.load(path).preparation)
    assert ladder["held_out"]["original"] == measure(graph, held_out)
    assert json.loads((tmp_path / "out" / "ladder.json").read_text()) == ladder
    assert ladder["rungs"]["polynomial"]["ranges"]["original"]["variances"]


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, architecture=SMALL["architecture"])
    with pytest.raises(ModelError, match="give the recipe the same architecture"):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


def test_a_relative_folder_begins_at_the_recipe_and_an_absolute_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "imported.yaml"
    path.write_text(yaml.safe_dump(RECIPE))
    assert recipe.load(path).original == tmp_path / "vit"
    elsewhere = tmp_path / "elsewhere"
    assert recipe.parse(RECIPE | {"original": str(elsewhere)}, "RECIPE", tmp_path).original == elsewhere
