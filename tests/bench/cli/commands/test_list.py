"""What `bench list` names."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli.commands.list import list_command
from models.data import catalogue


def test_data_sets_are_listed_with_what_is_here_and_how_to_get_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "tinyshakespeare.txt").write_text("to be or not to be")
    shown = CliRunner().invoke(list_command, ["data"], catch_exceptions=False).output
    rows = {line.split()[1]: line for line in shown.splitlines() if line.split()[0] == "data"}
    assert list(rows) == list(catalogue.DATA_SETS)
    assert "here: training, held_out" in rows["tiny_shakespeare"]
    assert "not here" not in rows["tiny_shakespeare"]
    assert (
        f"here: nothing; not here: training, held_out: fetch {catalogue.DATA_SETS['mnist'].origin}"
        in rows["mnist"]
    )
    assert str(tmp_path) in rows["mnist"]
