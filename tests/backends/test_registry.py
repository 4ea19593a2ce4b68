"""An adapter of this project is one folder: found, planned, walled and tested with nothing else touched."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

import pytest

from backends import registry
from backends.errors import BackendError
from tests.test_walls import SOURCES
from tests.walls import LIBRARIES, PACKAGES, ROOT

#: The folder of an adapter whose library is one module, `throwawaylib`: the simulator under another name.
DESCRIPTOR = """
from pathlib import Path
from backends.registry import Descriptor
from backends.throwaway.capabilities import capabilities

DESCRIPTOR = Descriptor(
    name="throwaway",
    summary="to be thrown away",
    adapter="backends.throwaway.library:Throwaway",
    capabilities=capabilities,
    environment=Path(__file__).with_name("environment.yaml"),
    attack="backends.throwaway.attack:attempts",
)
"""
CAPABILITIES = """
from backends.interface import Capabilities

def capabilities(parameters):
    return Capabilities(no_bootstrap_reason="it was thrown away")
"""
ENVIRONMENT = """
imports: throwawaylib
alternatives:
  - python: "3.11"
"""
PLAN = """
from backends.planner import plan, refresh_for
from backends.registry import get
from tests.backends.graphs import mlp
from tests.toy import PORTABLE

capabilities = get("throwaway").capabilities(PORTABLE)
print(plan(mlp(2), PORTABLE, refresh_for("round_trip", PORTABLE, capabilities)).levels_used)
"""
KIT = """
import sys
from pathlib import Path
from backends.conformance import operations
from backends.conformance.parties import LeftOut, Parties
from backends.registry import get

parties = Parties.made(get("throwaway").adapter, Path(sys.argv[1]))
for check in operations.CHECKS:
    try:
        check(parties)
    except LeftOut:
        continue
print(len(operations.CHECKS))
"""
WALLS = """
from tests import walls

print(walls.foreign_library("backends.planner", "import throwawaylib"))
print(walls.foreign_library("backends.throwaway.adapter", "import throwawaylib"))
print(walls.against_direction("bench.run.model", "import backends.throwaway.adapter"))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's code with one folder more, and the library of that folder."""
    root = tmp_path_factory.mktemp("house")
    for package in (*PACKAGES, "tests"):
        skip = shutil.ignore_patterns("__pycache__", "checkpoints", "*.json", "*.safetensors", "*.npz")
        shutil.copytree(ROOT / package, root / package, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", root)
    folder = root / "backends" / "throwaway"
    folder.mkdir()
    simulator = root / "backends" / "cleartext"
    modules = {name: (simulator / name).read_text() for name in ("adapter.py", "imitation.py", "library.py")}
    modules["adapter.py"] = modules["adapter.py"].replace(
        "import numpy as np\n", "import numpy as np\nimport throwawaylib\n"
    )
    files = {
        "__init__.py": DESCRIPTOR,
        "capabilities.py": CAPABILITIES,
        "environment.yaml": ENVIRONMENT,
        **{
            name: text.replace("Cleartext", "Throwaway").replace("cleartext", "throwaway")
            for name, text in modules.items()
        },
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    (root / "throwawaylib.py").write_text("")
    return root


def run(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_folder_is_listed_and_planned(copy: Path) -> None:
    assert "to be thrown away" in run(copy, "-m", "bench", "list", "backends")
    assert run(copy, "-c", PLAN).split() == ["4"]


def test_a_new_folder_is_walled(copy: Path) -> None:
    outside, inside, loaded = run(copy, "-c", WALLS).splitlines()
    assert "imports throwawaylib" in outside
    assert inside == "[]"
    assert "the registry alone may load" in loaded
    run(copy, "-m", "pytest", "-q", "tests/test_walls.py")


def test_the_kit_tests_a_new_folder(copy: Path, tmp_path: Path) -> None:
    """Here in one process, for this library is in no environment; `tests/plugins` has one that is."""
    assert int(run(copy, "-c", KIT, str(tmp_path))) >= 20


def test_adapters_declare_their_attacks_in_their_own_folder() -> None:
    for name, descriptor in registry.available().items():
        if find_spec(f"backends.{name}") is not None and not descriptor.simulates:
            assert descriptor.attack is not None
            module, _, function = descriptor.attack.partition(":")
            assert module.startswith(f"backends.{name}.")
            spec = find_spec(module)
            assert spec is not None
            assert f"def {function}(" in Path(str(spec.origin)).read_text()


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.GROUP)


def test_two_backends_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    again = entry("cleartext", "backends.cleartext:DESCRIPTOR")
    monkeypatch.setattr(registry, "_of_packages", lambda paths: [again])
    assert "cleartext" in registry.available()  # the same one twice
    other = entry("cleartext", "backends.openfhe:DESCRIPTOR")
    monkeypatch.setattr(registry, "_of_packages", lambda paths: [other])
    with pytest.raises(
        BackendError, match=r"two backends are called 'cleartext'; rename that of backends\.openfhe"
    ):
        registry.available()


def test_a_folder_and_its_backend_have_one_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "misnamed"
    folder.mkdir()
    (folder / "__init__.py").write_text("from backends.cleartext import DESCRIPTOR\n")
    monkeypatch.setattr("backends.__path__", [*sys.modules["backends"].__path__, str(tmp_path)])
    with pytest.raises(BackendError, match="the folder 'misnamed' has the backend 'cleartext'; rename one"):
        registry.available()


def test_a_simulator_says_so() -> None:
    assert registry.simulates("cleartext")
    assert not registry.simulates("openfhe")
    assert not registry.simulates("of another house")


def test_code_outside_an_adapters_folder_does_not_name_it() -> None:
    files = [*SOURCES, ROOT / "toxfile.py", ROOT / "tests" / "walls.py", ROOT / "tests" / "conftest.py"]
    files += (ROOT / "tests" / "conformance").glob("*.py")
    names = {*registry.available(), *LIBRARIES} - {"seal"}  # the C++ library, of which adapters tell
    assert [(path, name) for path in files for name in named(path) if name in names] == []
    _, _, tools = (ROOT / "pyproject.toml").read_text().partition("[tool.")
    assert not names & set(re.findall(r"\w+", tools))


def named(path: Path) -> list[str]:
    """The texts in a module outside of the folder of that name."""
    texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and text.lower() not in path.parts]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "no_such_package:DESCRIPTOR",
            "'mylib' of no_such.* cannot be imported: ModuleNotFoundError: .*; mend or uninstall",
        ),
        ("backends.cleartext:NOTHING", "cannot be imported: AttributeError: .*; mend or uninstall"),
        ("backends:__name__", "is no Descriptor; mend or uninstall"),
        ("backends.cleartext:DESCRIPTOR", "calls itself 'cleartext', and 'mylib' its package"),
    ],
)
def test_a_package_whose_descriptor_cannot_be_had_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setattr(registry, "_of_packages", lambda paths: [entry("mylib", value)])
    with pytest.raises(BackendError, match=said):
        registry.available()
