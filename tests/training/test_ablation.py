"""Ablations: each run recorded, none made twice, failures among them."""

import json
from pathlib import Path

import pytest
import yaml

from bench.commands.ablate import table
from models import ablation
from models.errors import ModelError
from models.recipe import Recipe
from tests.training.recipes import SMALL

ABLATION = {
    "ablation": "norms",
    "title": "BatchNorm against LayerNorm",
    "recipe": "small.yaml",
    "seeds": 2,
    "variants": {
        "batch": None,
        "layer": {
            "he_friendly": {"norm": "layer", "mlp_norm": False},
            "conversion": {"layer_norm": {"depth": 5}},
        },
        "diverging": {"training": {"learning_rate": 1e30, "gradient_norm": 1e30}},
    },
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    training = SMALL["training"] | {"epochs": 1, "seeds": [0]}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL | {"training": training, "fine_tuning": None}))
    (tmp_path / "norms.yaml").write_text(yaml.safe_dump(ABLATION, sort_keys=False))
    return tmp_path / "norms.yaml"


def test_every_variant_runs_from_every_seed_and_is_recorded_once(path: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    rows = ablation.run(path, tmp_path / "runs", tmp_path / "work", lines.append)
    found = [(row["variant"], row["seed"], row["status"]) for row in rows]
    assert found == [
        (variant, seed, "failed" if variant == "diverging" else "ok")
        for variant in ("batch", "layer", "diverging")
        for seed in (0, 1)
    ]
    assert "learning_rate" in rows[-1]["reason"]
    recorded = tmp_path / "runs" / "norms.jsonl"
    assert [json.loads(line) for line in recorded.read_text().splitlines()] == rows
    trained = [line for line in lines if line.endswith("seed 0: done already")]
    assert trained == ["original, seed 0: done already"]  # the second variant shares the first one's
    lines.clear()
    assert ablation.run(path, tmp_path / "runs", tmp_path / "work", lines.append) == rows
    assert lines == []
    written = table(rows, ablation.RUNGS)
    assert "| diverging | 0 of 2 |" in written
    assert written.count("±") == 2 * 6 + 1  # only LayerNorm has variances


def test_a_variant_that_is_no_recipe_is_named(path: Path, tmp_path: Path) -> None:
    wrong = ABLATION | {"variants": {"odd": {"conversion": {"mlp_degree": 7}}}}
    path.write_text(yaml.safe_dump(wrong))
    with pytest.raises(ModelError, match=r"variant odd .*mlp_degree"):
        ablation.run(path, tmp_path / "runs", tmp_path / "work", lambda line: None)


def test_an_ablation_without_variants_is_refused(path: Path, tmp_path: Path) -> None:
    path.write_text(yaml.safe_dump(ABLATION | {"variants": {}}))
    with pytest.raises(ModelError, match="no valid ablation"):
        ablation.load(path)


def test_a_hugging_face_folder_stands_beside_the_recipe_not_the_ablation(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ablations").mkdir()
    moved = tmp_path / "ablations" / "norms.yaml"
    moved.write_text(
        yaml.safe_dump(ABLATION | {"recipe": "../small.yaml", "variants": {"import": {"original": "vit"}}})
    )
    asked: list[Path] = []

    def make(chosen: Recipe, *others: object) -> None:
        asked.append(chosen.original.resolve())
        raise ModelError("enough")

    monkeypatch.setattr("models.pipeline.make", make)
    ablation.run(moved, tmp_path / "runs", tmp_path / "work", lambda line: None)
    assert asked == [tmp_path.resolve() / "vit"] * 2
