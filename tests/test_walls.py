"""The walls between packages hold, and each check can fail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import walls

ROOT = walls.ROOT
SOURCES = sorted(path for package in walls.PACKAGES for path in (ROOT / package).rglob("*.py"))
TEXTS = (".py", ".yaml", ".yml", ".toml", ".ini", ".md", ".txt", ".json", ".cfg")
#: Made by tools, in folders that git ignores.
MADE = ("build", "dist", "results")

Check = Callable[..., list[str]]
IMPORT_CHECKS: list[Check] = [walls.against_direction, walls.foreign_library, walls.not_lean]

# Loads every backend's descriptor where no homomorphic-encryption library can be found; names those tried.
WITHOUT_LIBRARIES = f"""
import sys
tried = []
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {tuple(walls.LIBRARIES)}:
            tried.append(name)
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from backends.registry import available
found = available()
print(",".join(sorted(found)), ",".join(tried), sep="|")
"""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def project_files() -> list[Path]:
    """Every text file of the project, .ci/run apart."""
    visible = (
        path
        for path in ROOT.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    )
    files = (path for path in visible if path.relative_to(ROOT).parts[0] not in MADE and path.suffix in TEXTS)
    return [path for path in files if path.is_file() and ".egg-info" not in str(path)]


@pytest.mark.parametrize("check", IMPORT_CHECKS, ids=lambda check: check.__name__)
def test_imports_keep_to_the_walls(check: Check) -> None:
    assert len(SOURCES) > 30
    wrong = [
        found
        for path in SOURCES
        for found in check(module_of(path), path.read_text(), is_package=path.name == "__init__.py")
    ]
    assert wrong == []


def test_libraries_of_this_project_do_not_print() -> None:
    assert [found for path in SOURCES for found in walls.prints(module_of(path), path.read_text())] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    assert [found for path in files for found in walls.foreign_paths(path.name, path.read_text())] == []


def test_descriptors_load_where_no_library_is_and_try_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found, _, tried = done.stdout.strip().partition("|")
    assert set(found.split(",")) >= {"cleartext", "openfhe", "tenseal", "pyfhel", "seal_python", "fhelium"}
    assert tried == ""


def test_that_subprocess_notices_a_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES.replace("found = ", "import openfhe; found = ")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ModuleNotFoundError: openfhe" in done.stderr


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (walls.against_direction, "models.graph", "import backends"),
        (walls.against_direction, "models.graph", "from backends.interface import Vector"),
        (walls.against_direction, "backends.engine", "from bench.errors import UserError"),
        (walls.against_direction, "reports.store", "from models.graph import Graph"),
        (walls.against_direction, "reports.record", "from models import metrics, errors"),
        (walls.against_direction, "models.metrics.metric", "from reports.record import Record"),
        (walls.against_direction, "reports.store", "def f():\n    import backends.registry"),
        (walls.against_direction, "bench.run.model", "from backends.openfhe import adapter"),
        (
            walls.against_direction,
            "bench.run.model",
            "from importlib import import_module\nimport_module('backends.openfhe')",
        ),
        (walls.against_direction, "backends.tenseal.adapter", "from ..pyfhel import context"),
        (walls.against_direction, "backends.planner", "from backends.cleartext.adapter import Slots"),
        (walls.foreign_library, "backends.tensor.linear", "import openfhe"),
        (walls.foreign_library, "backends.seal.chain", "import tenseal.sealapi as seal"),
        (walls.foreign_library, "bench.run.model", "def f():\n    from Pyfhel import Pyfhel"),
        (walls.foreign_library, "backends.openfhe.adapter", "import tenseal"),
        (walls.not_lean, "backends.replay", "import pydantic"),
        (walls.not_lean, "models.checkpoint", "import torch"),
        (walls.not_lean, "bench.parties.serve", "from bench.cli.progress import Display"),
        (walls.not_lean, "backends.engine", "from models.training import train"),
        (walls.prints, "reports.store", "print('done')"),
        (walls.prints, "bench.run.life", "print('done')"),
        (walls.prints, "bench.cli.commands.gate", "click.echo(':x:')"),
        (walls.prints, "bench.cli.progress", "Console().print('[red]')"),
        (walls.foreign_paths, "README.md", "cd /ro" + "ot/project"),
        (walls.foreign_paths, "tox.ini", "BENCH_DATA = .." + "/shared/data"),
    ],
)
def test_each_check_can_fail(check: Check, module: str, source: str) -> None:
    assert len(check(module, source)) == 1


@pytest.mark.parametrize(
    ("check", "module", "source"),
    [
        (walls.against_direction, "bench.run.model", "import backends.registry, models.graph, reports.store"),
        (walls.against_direction, "reports.record", "from models.metrics.catalogue import METRICS"),
        (walls.against_direction, "backends.openfhe.adapter", "from .context import make_context"),
        (walls.foreign_library, "backends.pyfhel.adapter", "from Pyfhel import Pyfhel"),
        (
            walls.not_lean,
            "backends.replay",
            "import json\nimport numpy as np\nfrom models.graph import Graph",
        ),
        (walls.not_lean, "models.training", "import torch"),
        (walls.prints, "bench.cli.screen", "Console().print('done')"),
        (walls.prints, "bench.cli.commands.gate", "screen.print(table)"),
        (walls.foreign_paths, "docs.md", "see docs/work/here and https://example.org/home"),
    ],
)
def test_no_check_fails_on_what_is_allowed(check: Check, module: str, source: str) -> None:
    assert check(module, source) == []
