"""What cannot be written is refused before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli.writing import prepare
from bench.errors import UserError
from tests.bench.commands import bench
from tests.bench.kept import a_record, store


def test_folders_of_what_is_to_be_written_are_made(tmp_path: Path) -> None:
    prepare(tmp_path / "new" / "folder" / "file.html")
    assert (tmp_path / "new" / "folder").is_dir()
    prepare(None)


def test_what_cannot_be_written_is_told_with_its_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(UserError, match=r"file cannot be made \(File exists\); choose another --summary"):
        prepare(tmp_path / "file" / "summary.md", "--summary")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is for everybody but the superuser, who may write anywhere."""
    monkeypatch.setattr("bench.cli.writing.os.access", lambda path, mode: False)
    with pytest.raises(UserError, match=r"report\.html cannot be written to; choose another --output"):
        prepare(tmp_path / "report.html")


@pytest.mark.parametrize(
    "command",
    [
        ("report", "results", "--output", "file/report.html"),
        ("gate", "results", "--baseline", "results", "--junit", "file/junit.xml"),
        ("gate", "results", "--baseline", "results", "--history", "file/history.jsonl"),
        ("init", "mine", "--output", "file/suites"),
        ("tune", "vit_tiny", "--output", "file/tuned.yaml"),
    ],
    ids=" ".join,
)
def test_commands_that_write_files_ask_first(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    store(tmp_path / "results", a_record())
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        bench(*command)
