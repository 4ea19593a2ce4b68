"""The walls between packages, as functions from a module's source to what breaks them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bench", "backends", "models", "reports")

#: What each package may import of this project; a dotted name allows that package of another and no more.
MAY_IMPORT = {
    "bench": {"bench", "backends", "models", "reports"},
    "backends": {"backends", "models"},
    "models": {"models"},
    "reports": {"reports", "models.metrics", "models.regular_files"},
}

#: The folders of the adapters: those with a descriptor, as `backends.registry` finds them.
ADAPTER_FOLDERS = [
    path.parent
    for path in sorted(ROOT.glob("backends/*/__init__.py"))
    if "\nDESCRIPTOR = " in path.read_text()
]
#: Their packages, which the registry alone may load.
ADAPTERS = [f"backends.{folder.name}" for folder in ADAPTER_FOLDERS]
#: Each homomorphic-encryption library's module, as its adapter declares it, and the only package that may
#: import it.
LIBRARIES = {
    yaml.safe_load(declaration.read_text())["imports"]: f"backends.{folder.name}"
    for folder in ADAPTER_FOLDERS
    if (declaration := folder / "environment.yaml").is_file()
}

#: What parties import, in environments that hold numpy, safetensors and one library.
LEAN = (
    "backends",
    "bench.packages",
    "bench.parties",
    *(f"bench.submission.{name}" for name in ("answers", "channels", "client", "contents", "places")),
    *(f"bench.submission.{name}" for name in ("server", "stage", "task")),
    "models.arrays",
    "models.node",
    "models.graph",
    "models.operations",
    "models.checkpoint",
    "models.errors",
    "models.names",
    "models.regular_files",
    "models.shapes",
    "models.sketches.stretched",
    "models.approximation.series",
)
LEAN_REQUIREMENTS = {"numpy", "safetensors"}
#: What single modules import beside: in a function that parties never call, or what a library is built on.
LEAN_LATER = {"models.operations.activations": {"scipy"}, "backends.fhelium.device": {"torch"}}

#: Places of one machine, and package indices: nothing that a stranger has.
FOREIGN = re.compile(r"(?<![\w.])/(?:root|home|work|opt)/\w|\.\./shared\b|index[-]url|https?://\S*/simple\b")


def imported(module: str, source: str, *, is_package: bool = False) -> Iterator[str]:
    """Absolute names of the modules that a module imports, anywhere in it.

    `from a import b` gives `a.b`, which may name a module or what is defined in one.
    """
    parents = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__", "find_spec"):
            yield from (
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def against_direction(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Imports against `bench → backends → models` and `bench → reports → models.metrics`, or past a wall."""
    wrong = []
    for name in imported(module, source, is_package=is_package):
        allowed = MAY_IMPORT[module.partition(".")[0]]
        if name.partition(".")[0] in PACKAGES and not any(within(name, package) for package in allowed):
            wrong.append(f"{module} imports {name}")
        for adapter in ADAPTERS:
            if within(name, adapter) and not within(module, adapter):
                wrong.append(f"{module} imports {name}, which the registry alone may load")
    return wrong


def foreign_library(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Imports of a homomorphic-encryption library outside the adapter's own folder."""
    return [
        f"{module} imports {name}"
        for name in imported(module, source, is_package=is_package)
        if (adapter := LIBRARIES.get(name.partition(".")[0])) and not within(module, adapter)
    ]


def not_lean(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Imports that fail in a party's environment, in a module that parties import."""
    if not any(within(module, lean) for lean in LEAN):
        return []
    wrong = []
    for name in imported(module, source, is_package=is_package):
        top = name.partition(".")[0]
        if top in PACKAGES:
            fine = any(within(name, lean) or within(lean, name) for lean in LEAN)
        else:
            lean = LEAN_REQUIREMENTS | LEAN_LATER.get(module, set())
            fine = top in sys.stdlib_module_names or top in lean or top in LIBRARIES
        if not fine:
            wrong.append(f"{module} imports {name}")
    return wrong


#: Modules that may write to a terminal, which show all text as it is.
PRINTERS = ("bench.cli.screen", "bench.cli.main", "bench.environments.__main__")
#: What writes there, or makes what writes.
WAYS_TO_PRINT = ("print", "echo", "secho", "Console", "print_exc")


def prints(module: str, source: str) -> list[str]:
    """Calls that write to a terminal; `print` is also a method of the one `Screen` that commands use."""
    if module in PRINTERS:
        return []
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    own = ("print",) if within(module, "bench.cli") else ()
    return [
        f"{module} prints in line {call.lineno}"
        for call in calls
        if _called(call) in WAYS_TO_PRINT
        and not (isinstance(call.func, ast.Attribute) and _called(call) in own)
    ]


def foreign_paths(name: str, text: str) -> list[str]:
    """Lines that name a place of one machine or a package index."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{name}:{number}: {line.strip()}" for number, line in lines if FOREIGN.search(line)]


def within(name: str, package: str) -> bool:
    """Whether a dotted name is a package or is in it."""
    return name == package or name.startswith(package + ".")


def _called(node: ast.Call) -> str:
    """The last part of a called name."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
