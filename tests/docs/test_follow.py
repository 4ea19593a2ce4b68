"""A document is followed command by command, and a failure of one is a failure of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.bench.commands import ROOT


@pytest.fixture(scope="module")
def follow(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("follow")


def test_commands_run_in_one_folder_and_in_their_order(tmp_path: Path, follow: ModuleType) -> None:
    text = "```sh\necho 7 > made\n```\nand\n```text\nfalse\n```\n```sh\ngrep 7 made\n```\n"
    (tmp_path / "document.md").write_text(text)
    assert follow.main(str(tmp_path / "document.md")) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["document.md"]


@pytest.mark.parametrize("failing", ["false\ntrue", "false | true", 'echo "$unset"'])
def test_a_command_that_fails_is_told(tmp_path: Path, follow: ModuleType, failing: str) -> None:
    (tmp_path / "document.md").write_text(f"```sh\n{failing}\n```\n")
    assert follow.main(str(tmp_path / "document.md")) != 0


def test_a_document_without_commands_is_a_mistake(follow: ModuleType) -> None:
    with pytest.raises(ValueError, match="nothing to follow"):
        follow.script("```text\nbench run toy\n```\n")


def test_the_tutorial_reaches_its_decision(follow: ModuleType) -> None:
    script = follow.script((ROOT / "docs" / "tutorial.md").read_text())
    for command in ("validate", "plan", "run", "report", "export"):
        assert f"python -m bench {command} " in script
