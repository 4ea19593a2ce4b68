"""Ablations: each run recorded, none made twice, divergence among them and no other error."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cli.ablation_table import table
from models import ablation
from models.errors import DivergenceError, ModelError
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
    assert written.count("±") == 2 * 7 + 1  # only LayerNorm has variances


def test_a_variant_that_is_no_recipe_is_named(path: Path, tmp_path: Path) -> None:
    wrong = ABLATION | {"variants": {"odd": {"conversion": {"mlp_degree": 7}}}}
    path.write_text(yaml.safe_dump(wrong))
    with pytest.raises(ModelError, match=r"norms.yaml:\d+: variants.odd.conversion.mlp_degree is 7"):
        ablation.run(path, tmp_path / "runs", tmp_path / "work", lambda line: None)


def test_an_ablation_without_variants_is_refused(path: Path, tmp_path: Path) -> None:
    path.write_text(yaml.safe_dump(ABLATION | {"variants": {}}))
    with pytest.raises(ModelError, match="variants has too few items"):
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
        raise DivergenceError("enough")

    monkeypatch.setattr("models.pipeline.make", make)
    ablation.run(moved, tmp_path / "runs", tmp_path / "work", lambda line: None)
    assert asked == [tmp_path.resolve() / "vit"] * 2


def test_a_run_without_its_data_is_not_recorded(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stand there as failed for ever, and be none once the data is there."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "nothing"))
    variants = {"elsewhere": {"data": "cifar10"}}
    path.write_text(yaml.safe_dump(ABLATION | {"variants": variants}))
    with pytest.raises(ModelError, match="the training split of cifar10 is not there"):
        ablation.run(path, tmp_path / "runs", tmp_path / "work", lambda line: None)
    assert not (tmp_path / "runs" / "norms.jsonl").exists()


def row(variant: str, **accuracies: float | None) -> dict[str, Any]:
    held_out = {rung: {"accuracy": accuracy} for rung, accuracy in accuracies.items()}
    found = {"largest_activation": 2.0, "variance_ratio": None}
    return {"variant": variant, "status": "ok", "metric": "accuracy", "held_out": held_out, **found}


def test_substitution_and_fine_tuning_are_told_apart() -> None:
    rows = [
        row("both", original=0.9, he_friendly=0.8, substituted=0.5, polynomial=0.75),
        row("both", original=0.9, he_friendly=0.8, substituted=0.7, polynomial=0.75),
        row("exploded", original=0.9, he_friendly=0.8, substituted=None, polynomial=0.75),
        row("of old", original=0.9, he_friendly=0.8, polynomial=0.75),
    ]
    head, _, *lines = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table(rows, ablation.RUNGS).splitlines()
    )
    found = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert head[6:8] == ["he_friendly → substituted", "substituted → polynomial"]
    assert found["both"]["he_friendly → substituted"] == "-0.2000 ± 0.1414"
    assert found["both"]["substituted → polynomial"] == "0.1500 ± 0.1414"
    for variant in ("exploded", "of old"):
        assert [found[variant][name] for name in ("substituted", *head[6:8])] == ["-", "-", "-"]
        assert found[variant]["polynomial"] == "0.7500"
