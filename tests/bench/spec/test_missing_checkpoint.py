"""A suite whose checkpoint is not here yet: it can be read and listed, and says how to make what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import listing
from bench.cli.commands.list import list_command
from bench.cli.main import cli
from bench.errors import UserError
from bench.spec import recipes
from bench.spec.cells import expand
from bench.spec.suite import Suite, load_suite
from tests.bench.commands import toy

BACKENDS = ("cleartext", "fhelium", "openfhe", "pyfhel", "seal_python", "tenseal")
COMMANDS = {
    "trained": "bench convert models/recipes/trained.yaml",
    "trained_random": "bench convert models/recipes/trained.yaml --random-weights",
    "odd_random": "bench convert models/recipes/odd_random.yaml",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with two recipes and no checkpoint of theirs."""
    folder = tmp_path / "models" / "recipes"
    folder.mkdir(parents=True)
    for name in ("trained", "odd_random"):
        (folder / f"{name}.yaml").write_text("")
    monkeypatch.setattr(recipes, "RECIPES", folder)
    monkeypatch.chdir(tmp_path)


def lacking(folder: Path, model: str) -> str:
    return toy(folder, ("model: vit_tiny", f"model: {model}"))


def load(folder: Path, model: str) -> Suite:
    return load_suite(lacking(folder, model), BACKENDS)


@pytest.mark.parametrize(("model", "command"), COMMANDS.items())
def test_the_error_tells_how_to_make_the_checkpoint(tmp_path: Path, model: str, command: str) -> None:
    suite = load(tmp_path, model)
    assert suite.model_folders == {}
    with pytest.raises(UserError) as caught:
        expand(suite)
    assert str(caught.value).endswith(f"suite.yaml:10: no model is called '{model}'; make it with {command}")


@pytest.mark.parametrize("command", ["run", "plan", "validate"])
def test_commands_that_need_the_checkpoint_say_so(tmp_path: Path, command: str) -> None:
    with pytest.raises(UserError, match=f"make it with {COMMANDS['trained']}"):
        cli.main([command, lacking(tmp_path, "trained")], standalone_mode=False)
    assert not (tmp_path / "results").exists()


def test_a_recipe_elsewhere_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert recipes.command("trained") == f"bench convert {recipes.RECIPES / 'trained.yaml'}"


def test_a_model_that_no_recipe_makes_is_a_mistake_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no model is called 'trianed'; there are"):
        load(tmp_path, "trianed")


def test_other_cases_of_the_suite_run(tmp_path: Path) -> None:
    more = "cases:\n  - {name: other, model: trained, data: digits}"
    suite = load_suite(toy(tmp_path, ("cases:", more)), BACKENDS)
    assert set(suite.model_folders) == {"digits"}
    assert {cell.case.name for cell in expand(suite, cases=["digits"])} == {"digits"}
    with pytest.raises(UserError, match="no model is called 'trained'"):
        expand(suite)


def test_the_suite_is_listed_with_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(listing, "SUITES", tmp_path)
    lacking(tmp_path, "trained_random")
    shown = CliRunner().invoke(list_command, ["suites"], catch_exceptions=False).output
    assert f"every library; not here: trained_random: make it with {COMMANDS['trained_random']}" in shown
    shown = CliRunner().invoke(list_command, ["parameters"], catch_exceptions=False).output
    assert any(line.split()[:2] == ["toy", "round_trip"] for line in shown.splitlines())
