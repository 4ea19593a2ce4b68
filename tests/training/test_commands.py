"""`bench convert` and `bench ablate` as a user gives them."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from bench.cli.commands import convert
from bench.cli.main import cli
from models.checkpoint import RUNGS
from models.errors import ModelError
from tests.training.recipes import SMALL

QUICK = SMALL | {"training": SMALL["training"] | {"seeds": [3], "epochs": 1}, "fine_tuning": None}
TIGHTENING = {"epochs": 1, "learning_rate": 0.001, "attention_bound": 1.0, "mlp_bound": 2.0}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(QUICK))
    return path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where checkpoints go that no --output sends elsewhere."""
    monkeypatch.setattr(convert, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path / "checkpoints"


def bench(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def shown(*arguments: object) -> str:
    result = bench(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_convert_prints_what_every_rung_reaches_and_takes_its_work_away(
    recipe: Path, work: Path, checkpoints: Path
) -> None:
    recipe = recipe.with_name("a_file.yaml")  # the checkpoint's folder has the recipe's name
    recipe.write_text(yaml.safe_dump(QUICK | {"tightening": TIGHTENING}))
    printed = shown("convert", recipe, "--work", work)
    ladder = json.loads((checkpoints / "small" / "ladder.json").read_text())
    for rung in (*RUNGS, "substituted", "tightened"):
        percent = 100 * ladder["held_out"][rung]["accuracy"]
        assert f"{rung}: held-out accuracy {percent:.2f} %\n" in printed
    assert not (work / "a_file").exists()


def test_convert_keeps_its_work_where_it_is_asked_to(recipe: Path, work: Path, tmp_path: Path) -> None:
    shown("convert", recipe, "--work", work, "--output", tmp_path / "first", "--keep-work")
    assert {path.name[:10] for path in (work / "small").iterdir()} == {"original-3", "he_friendl"}
    again = shown("convert", recipe, "--work", work, "--output", tmp_path / "second")
    assert again.count("done already") == 2


def test_convert_overwrites_no_folder(recipe: Path, work: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    result = bench("convert", recipe, "--work", work, "--output", tmp_path / "there")
    assert isinstance(result.exception, ModelError)
    assert "exists and is not overwritten; choose another folder with --output" in str(result.exception)
    assert not work.exists()


def test_random_weights_have_a_folder_of_their_own_name_and_leave_a_training_alone(
    recipe: Path, work: Path, checkpoints: Path
) -> None:
    (work / "small" / "original-3").mkdir(parents=True)
    printed = shown("convert", recipe, "--work", work, "--random-weights")
    assert "the weights are random: nothing was measured" in printed
    assert "held-out" not in printed
    assert [path.name for path in checkpoints.iterdir()] == ["small_random"]
    assert (work / "small" / "original-3").is_dir()


def test_ablate_prints_a_table_and_records_every_run(recipe: Path, work: Path, tmp_path: Path) -> None:
    ablation = {
        "ablation": "relu",
        "title": "GELU against ReLU",
        "recipe": recipe.name,
        "seeds": 1,
        "variants": {"gelu": {}, "relu": {"he_friendly": {"activation": "relu"}}},
    }
    (tmp_path / "relu.yaml").write_text(yaml.safe_dump(ablation))
    arguments = ("ablate", tmp_path / "relu.yaml", "--work", work, "--output", tmp_path / "runs")
    printed = shown(*arguments)
    rows = [json.loads(line) for line in (tmp_path / "runs" / "relu.jsonl").read_text().splitlines()]
    assert [row["variant"] for row in rows] == ["gelu", "relu"]
    table = printed[printed.index("| variant |") :].splitlines()
    assert len(table) == 4
    for row, line in zip(rows, table[2:], strict=True):
        assert line.startswith(f"| {row['variant']} | 1 | {row['held_out']['original']['accuracy']:.4f} |")
    assert shown(*arguments) == "\n".join(table) + "\n"  # nothing is made again


def test_ablate_on_an_engine_finds_what_it_finds_here(recipe: Path, work: Path, tmp_path: Path) -> None:
    ablation = {
        "ablation": "few",
        "title": "few",
        "recipe": recipe.name,
        "seeds": 2,
        "variants": {"as_is": {}},
    }
    (tmp_path / "few.yaml").write_text(yaml.safe_dump(ablation))
    asked = ("ablate", tmp_path / "few.yaml")
    here = shown(*asked, "--work", work, "--output", tmp_path / "here")
    there = shown(*asked, "--work", tmp_path / "other", "--output", tmp_path / "there", "--executor", "local")
    for seed in (0, 1):
        assert f"as_is, seed {seed}: ok" in there.splitlines()
    table = here[here.index("| variant |") :]
    assert there.endswith(table)
    stages = {path.name.split("-")[0] for path in (tmp_path / "other" / "ablations").iterdir()}
    assert {"original", "he_friendly"} <= stages  # the engine's tasks work in the folder that was named
    again = shown(*asked, "--output", tmp_path / "there", "--executor", "local")
    assert again == table  # nothing is made again


def test_a_recipe_that_is_not_there_is_named(work: Path, tmp_path: Path) -> None:
    result = bench("convert", tmp_path / "none.yaml", "--work", work)
    assert isinstance(result.exception, ModelError)
    assert "none.yaml cannot be read" in str(result.exception)
