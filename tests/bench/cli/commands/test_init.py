"""`bench init` writes what `bench validate` accepts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backends.registry import available
from bench.errors import UserError
from bench.spec.schemas import PUBLISHED
from bench.spec.suite import CHECKPOINTS, load_suite
from models import recipe
from tests.bench.cli.commands.test_inspect import gpt_folder
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
    assert recipe.load(tmp_path / "mine_recipe.yaml").original == tmp_path / "original"
    suite = load_suite(str(tmp_path / "mine.yaml"), list(available()))
    assert [case.name for case in suite.cases] == ["width"]
    assert "features: 16" in (tmp_path / "mine.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("a b",), "is no name of a suite"),
        (("mine", "--model", "vit_tinny"), "did you mean vit_tiny"),
        (("mine", "--model", str(CHECKPOINTS)), "is no checkpoint"),
    ],
)
def test_what_is_no_name_and_no_model_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        bench("init", *arguments, "--output", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
