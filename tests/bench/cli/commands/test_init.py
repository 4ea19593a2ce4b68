"""`bench init` writes what `bench validate` accepts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from backends.registry import available
from bench.errors import UserError
from bench.spec.cases import ModelCase
from bench.spec.schemas import PUBLISHED
from bench.spec.suite import CHECKPOINTS, load_suite
from models import huggingface, recipe
from models.data.own import Table
from models.data.preparation import samples
from models.data.sources import Images
from models.reference import outputs
from tests.bench.cli.commands.test_inspect import deit_folder, gpt_folder, swin_folder, vit_folder
from tests.bench.commands import bench


def test_a_first_suite_is_valid_at_once_and_is_not_overwritten(tmp_path: Path) -> None:
    told = bench("init", "mine", "--output", str(tmp_path)).splitlines()
    path = tmp_path / "mine.yaml"
    assert told[0] == str(path)
    assert told[-1] == f"next: bench validate {path}, then bench run {path}"
    assert (
        path.read_text().splitlines()[0] == f"# yaml-language-server: $schema={PUBLISHED['suite'].as_uri()}"
    )
    assert bench("validate", str(path)) == f"{path}: 3 cells, all valid\n"
    with pytest.raises(UserError, match="is there already"):
        bench("init", "mine", "--output", str(tmp_path))


def test_commands_to_type_next_are_as_a_shell_takes_them(tmp_path: Path) -> None:
    """In the last line, and in the comments of the files."""
    folder, original = tmp_path / "my suites", gpt_folder(tmp_path / "its $model")
    told = bench("init", "mine", "--model", str(original), "--output", str(folder)).splitlines()
    path = f"'{folder / 'mine.yaml'}'"
    assert told[-1] == f"next: bench validate {path}, then bench run {path}"
    suite = (folder / "mine.yaml").read_text()
    assert f"`bench plan {path}`" in suite
    assert f"`bench convert '{folder / 'mine_recipe.yaml'}' --output '{folder / 'mine_polynomial'}'`" in suite
    assert f"`bench inspect '{original}'`" in (folder / "mine_recipe.yaml").read_text()


@pytest.mark.parametrize(
    ("model", "data"), [("bert_sst2", "sst2"), ("vit_cifar10", "cifar10"), ("mlp", "mnist")]
)
def test_a_checkpoint_is_run_on_the_data_of_its_recipe(tmp_path: Path, model: str, data: str) -> None:
    bench("init", "mine", "--model", model, "--output", str(tmp_path))
    (case,) = load_suite(str(tmp_path / "mine.yaml"), list(available())).cases
    assert isinstance(case, ModelCase)
    assert (case.model, case.data) == (model, data)


def test_so_is_one_of_data_of_ones_own_and_one_without_a_recipe_on_digits(tmp_path: Path) -> None:
    own = {"kind": "table", "training": "a b.tsv", "held_out": "c.tsv", "text": "text", "label": "label"}
    shutil.copytree(CHECKPOINTS / "bert_sst2", tmp_path / "own")
    (tmp_path / "own" / "ladder.json").write_text(json.dumps({"recipe": {"data": own}}))
    shutil.copytree(CHECKPOINTS / "vit_tiny", tmp_path / "bare")
    (tmp_path / "bare" / "ladder.json").unlink()
    for name in ("own", "bare"):
        bench("init", name, "--model", str(tmp_path / name), "--output", str(tmp_path))
    (case,) = load_suite(str(tmp_path / "own.yaml"), list(available())).cases
    assert isinstance(case, ModelCase)
    assert isinstance(case.data, Table)
    assert (case.data.training, case.data.label) == ("a b.tsv", "label")
    said = "{kind: table, training: a b.tsv, held_out: c.tsv, text: text, label: label}"
    assert f"data: {said} " in (tmp_path / "own.yaml").read_text()  # and nothing that is so anyway
    assert "data: digits " in (tmp_path / "bare.yaml").read_text()


def test_a_checkpoint_elsewhere_is_named_from_the_suite(tmp_path: Path) -> None:
    (tmp_path / "own").symlink_to(CHECKPOINTS / "vit_tiny")
    output = tmp_path / "suites"
    bench("init", "mine", "--model", str(tmp_path / "own"), "--output", str(output))
    suite = load_suite(str(output / "mine.yaml"), list(available()))
    assert suite.model_folders["model"].resolve() == (CHECKPOINTS / "vit_tiny").resolve()


def test_a_folder_with_the_name_of_a_checkpoint_of_this_project_is_itself(tmp_path: Path) -> None:
    shutil.copytree(CHECKPOINTS / "vit_tiny", tmp_path / "mlp")
    bench("init", "mine", "--model", str(tmp_path / "mlp"), "--output", str(tmp_path))
    suite = load_suite(str(tmp_path / "mine.yaml"), list(available()))
    assert suite.model_folders == {"model": tmp_path / "mlp"}


def test_of_hugging_faces_folder_there_are_a_recipe_and_a_suite_that_runs_before_it_is_converted(
    tmp_path: Path,
) -> None:
    original = gpt_folder(tmp_path / "original")
    bench("init", "mine", "--model", str(original), "--output", str(tmp_path))
    assert "a recipe, valid" in bench("validate", str(tmp_path / "mine_recipe.yaml"))
    written = recipe.load(tmp_path / "mine_recipe.yaml")
    assert written.original == tmp_path / "original"
    softmax = written.conversion.softmax
    assert softmax is not None
    assert softmax.sums == 6000  # rows of a causal model differ more than an encoder's
    suite = load_suite(str(tmp_path / "mine.yaml"), list(available()))
    assert [case.name for case in suite.cases] == ["width"]
    assert "features: 16" in (tmp_path / "mine.yaml").read_text()


#: What a folder's `preprocessor_config.json` says, its kind of model, the data that a recipe begins with.
SAID = {
    "vit": (None, "cifar10"),
    "deit": ({"size": 12, "do_center_crop": True, "crop_size": 8, "resample": 3}, "cifar10"),
    "swin": ({"size": {"shortest_edge": 12}, "resample": 3}, "image_folders"),
}


@pytest.mark.parametrize("kind", SAID)
def test_the_recipe_of_a_model_of_images_prepares_what_the_model_reads(tmp_path: Path, kind: str) -> None:
    """Its entries are the folder's, and where no published images have its size they are the user's own."""
    said, data = SAID[kind]
    folder = {"vit": vit_folder, "deit": deit_folder, "swin": swin_folder}[kind](tmp_path / "original")
    if said is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(said))
    bench("init", "mine", "--model", str(folder), "--output", str(tmp_path))
    found = recipe.load(tmp_path / "mine_recipe.yaml")
    assert data in (found.data, getattr(found.data, "kind", ""))
    literal = huggingface.preparation(tmp_path / "original", found.preparation)
    side, tokens = (12, 9) if kind == "swin" else (8, 5 + (kind == "deit"))
    pixels = np.zeros((2, side, side, 3), np.uint8)
    source = Images(pixels, np.zeros(2, np.int64), ("a",), ("0", "1"))
    graph = huggingface.load(tmp_path / "original", literal)
    assert samples(source, literal).inputs.shape[1] == tokens
    assert np.isfinite(outputs(graph, samples(source, literal).inputs)).all()
    text = (tmp_path / "mine_recipe.yaml").read_text()
    assert ("resize: 12" in text and "side: 8" in text and "bicubic" in text) == (kind == "deit")
    assert ("fit: cut" in text) == (kind == "swin")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("a b",), "is no name of a suite"),
        (("mine", "--model", "vit_tinny"), "did you mean vit_tiny"),
        (("mine", "--model", str(CHECKPOINTS)), "is no checkpoint"),
        (("mine", "--model", "vit_tiny", "--data", "digit"), "no data set is called 'digit'; did you mean"),
    ],
)
def test_what_is_no_name_and_no_model_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        bench("init", *arguments, "--output", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
