"""Commands as a user gives them, in this process."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bench.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str, status: int = 0) -> str:
    """What a command prints; it must end with this status."""
    shown = io.StringIO()
    with redirect_stdout(shown):
        ended = cli.main(list(arguments), standalone_mode=False)
    assert (ended or 0) == status, shown.getvalue()
    return shown.getvalue()


def exported(output: Path) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(bench("export", str(output)))
    return records


def toy(folder: Path, *changes: tuple[str, str]) -> str:
    """The toy suite with changes."""
    return changed("toy", folder, *changes)


def changed(suite: str, folder: Path, *changes: tuple[str, str]) -> str:
    """A suite of this project with changes, in a file of its own."""
    text = (ROOT / "suites" / f"{suite}.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "suite.yaml").write_text(text)
    return str(folder / "suite.yaml")
