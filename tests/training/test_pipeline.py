"""A whole conversion from a small recipe."""

import json
from pathlib import Path

import pytest
import yaml

from models import recipe
from models.checkpoint import RUNGS, graph_digest, load_graph
from models.conversion import to_polynomial
from models.data import catalogue, preparation
from models.data.digits import PREPARATION
from models.errors import ModelError
from models.ladder import compare
from models.pipeline import convert, make, making, polynomial
from models.splits import split
from tests.training.recipes import SMALL


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which a small recipe was converted, and the lines that it reported."""
    folder = tmp_path_factory.mktemp("converted")
    lines: list[str] = []
    convert(_written(folder), folder / "out", folder / "work", lines.append)
    return folder, lines


def _written(folder: Path, **changes: object) -> Path:
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL | changes))
    return path


def test_a_recipe_becomes_a_checkpoint_with_its_ladder(converted: tuple[Path, list[str]]) -> None:
    folder, lines = converted
    ladder = json.loads((folder / "out" / "ladder.json").read_text())
    rungs = {rung: load_graph(folder / "out", rung) for rung in RUNGS}
    held_out = preparation.samples(catalogue.load("digits", "held_out"), PREPARATION)
    found = compare(rungs, held_out)
    for rung in RUNGS:
        assert ladder["held_out"][rung] == found[rung]
    assert rungs["polynomial"].not_polynomial() == []
    assert any(line.startswith("he_friendly, seed 4: epoch 2 of 2") for line in lines)
    assert any(line.startswith("fine_tuning: epoch 1 of 1") for line in lines)


def test_the_ladder_says_how_it_came_about(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    ladder = json.loads((folder / "out" / "ladder.json").read_text())
    origin = ladder["rungs"]["polynomial"]
    assert ladder["recipe"]["fine_tuning"]["epochs"] == 1
    assert ladder["data"]["held_out"]["count"] == 360
    assert ladder["versions"].keys() >= {"numpy", "torch", "python"}
    assert all(ladder["rungs"][rung]["wall_s"] > 0 for rung in RUNGS)
    assert ladder["machine"].keys() == {"device", "name", "threads"}
    for trained in (*ladder["rungs"]["original"]["seeds"], *origin["distilled"].values()):
        assert (trained["machine"], trained["versions"]) == (ladder["machine"], ladder["versions"])
    for name in ("held_out", "validation"):
        assert "substituted" in ladder[name]
        assert "tightened" not in ladder[name]


def test_ranges_are_told_before_range_aware_training_and_after(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    ranges = json.loads((folder / "out" / "ladder.json").read_text())["rungs"]["polynomial"]["ranges"]
    assert ranges.keys() == {"original", "he_friendly"}
    assert ranges["original"]["activations"].keys() == {"blocks.0.mlp.activation"}
    assert ranges["original"]["variances"].keys() == {
        "blocks.0.attention.norm",
        "blocks.0.mlp.norm",
        "head.norm",
    }
    assert ranges["he_friendly"]["activations"].keys() == {
        "blocks.0.attention.activation",
        "blocks.0.mlp.activation",
    }
    assert ranges["he_friendly"]["variances"] == {}
    assert all(low < high for part in ranges["original"].values() for low, high in part.values())


def test_both_architectures_have_nearly_the_same_number_of_weights(
    converted: tuple[Path, list[str]],
) -> None:
    folder, _ = converted
    rungs = json.loads((folder / "out" / "ladder.json").read_text())["rungs"]
    extra = rungs["he_friendly"]["parameters"] - rungs["original"]["parameters"]
    assert extra == 2 * 8  # the scale and the shift of the norm inside the MLP


def test_the_seed_that_is_kept_is_the_best_on_validation(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    ladder = json.loads((folder / "out" / "ladder.json").read_text())
    for rung in ("original", "he_friendly"):
        tried = {entry["seed"]: entry["validation"] for entry in ladder["rungs"][rung]["seeds"]}
        assert tried.keys() == {3, 4}
        kept = tried[ladder["rungs"][rung]["seed"]]
        assert kept["cross_entropy"] == min(entry["cross_entropy"] for entry in tried.values())
        assert ladder["validation"][rung] == kept


def test_what_was_trained_is_not_trained_again(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    lines: list[str] = []
    conversion = SMALL["conversion"] | {"mlp_degree": 8}
    convert(_written(folder, conversion=conversion), folder / "again", folder / "work", lines.append)
    assert sum("done already" in line for line in lines) == 4
    assert not any("seed 3: epoch" in line for line in lines)
    before, after = (load_graph(folder / out, "he_friendly") for out in ("out", "again"))
    assert before["head"].arrays["weight"].tolist() == after["head"].arrays["weight"].tolist()


def test_another_training_is_another_stage(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    lines: list[str] = []
    training = SMALL["training"] | {"weight_decay": 0.2, "seeds": [3], "epochs": 1}
    convert(_written(folder, training=training), folder / "other", folder / "work", lines.append)
    assert not any("done already" in line for line in lines)


def test_fine_tuning_is_kept_where_it_does_better_on_validation(converted: tuple[Path, list[str]]) -> None:
    folder, _ = converted
    ladder = json.loads((folder / "out" / "ladder.json").read_text())
    choice = ladder["rungs"]["polynomial"]["choice"]
    found = {name: measures["cross_entropy"] for name, measures in choice["validation"].items()}
    assert found.keys() == {"substituted", "fine_tuned"}
    assert choice["start"] == "substituted"
    assert choice["kept"] == min(found, key=found.__getitem__)
    reached = ladder["validation"]
    assert reached["polynomial"]["cross_entropy"] == pytest.approx(min(found.values()), rel=1e-3)
    assert reached["substituted"]["cross_entropy"] == found["substituted"]


def test_float16_is_measured_as_it_is_stored(tmp_path: Path) -> None:
    training = SMALL["training"] | {"seeds": [3], "epochs": 1}
    ladder = convert(
        _written(tmp_path, storage="float16", training=training, fine_tuning=None),
        tmp_path / "out",
        tmp_path / "work",
        lambda line: None,
    )
    rungs = {rung: load_graph(tmp_path / "out", rung) for rung in RUNGS}
    held_out = preparation.samples(catalogue.load("digits", "held_out"), PREPARATION)
    assert compare(rungs, held_out)["polynomial"] == ladder["held_out"]["polynomial"]
    assert all(0 <= ladder["rungs"][rung]["stored_deviation"] < 1e-9 for rung in RUNGS)
    choice = ladder["rungs"]["polynomial"]["choice"]
    assert choice == {"start": "substituted", "kept": "substituted", "validation": {}}


def test_a_rung_that_is_not_what_it_was_made_from_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polynomial, "FOLDING_TOLERANCE", 0.0)
    training = SMALL["training"] | {"seeds": [3], "epochs": 1}
    with pytest.raises(ModelError, match=r"folding deviates by .* more than"):
        convert(_written(tmp_path, training=training), tmp_path / "out", tmp_path / "work", lambda line: None)
    assert not (tmp_path / "out").exists()


def test_what_is_stored_is_compared_with_torch_before_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "TORCH_TOLERANCE", -1.0)
    training = SMALL["training"] | {"seeds": [3], "epochs": 1}
    path = _written(tmp_path, training=training, fine_tuning=None)
    lines: list[str] = []
    with pytest.raises(ModelError, match="original as it is stored deviates by"):
        convert(path, tmp_path / "out", tmp_path / "work", lines.append)
    assert not any(line.startswith("measure") for line in lines)


def test_a_checkpoint_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, rung: str) -> str:
        raise OSError("no space left")

    monkeypatch.setattr("models.checkpoint.digest", full)
    training = SMALL["training"] | {"seeds": [3], "epochs": 1}
    path = _written(tmp_path, training=training, fine_tuning=None)
    with pytest.raises(OSError, match="no space"):
        convert(path, tmp_path / "made" / "out", tmp_path / "work", lambda line: None)
    assert list((tmp_path / "made").iterdir()) == []


def test_a_folder_that_exists_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ModelError, match="exists and is not overwritten"):
        convert(_written(tmp_path), tmp_path / "out", tmp_path / "work", lambda line: None)
    assert not (tmp_path / "work").exists()


def test_without_further_training_it_converts_as_the_library_does_in_one_call(tmp_path: Path) -> None:
    training = SMALL["training"] | {"seeds": [3], "epochs": 1}
    changes = {"training": training, "fine_tuning": None, "calibration": 300}
    chosen = recipe.parse(SMALL | changes, "SMALL", tmp_path)
    rungs = make(chosen, tmp_path, lambda line: None).rungs
    converted = to_polynomial(rungs["he_friendly"], split(chosen).calibration, chosen.conversion)
    assert graph_digest(converted) == graph_digest(rungs["polynomial"])
