"""The skeleton of a backend in a package of its own: every file, and every method with its docstring.

Methods and docstrings are taken from `backends.interface` as they are, so the skeleton cannot fall behind it.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from string import Template
from textwrap import dedent, indent

from backends.errors import BackendError
from backends.interface import Evaluator, KeyOwner, Library

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "$package"
version = "0.1.0"
# Installed beside polynomial-transformer-bench; what runs the library is in environment.yaml.

[project.entry-points."bench.backends"]
$name = "$package:DESCRIPTOR"

[tool.setuptools]
packages = ["$package"]
package-data = { "$package" = ["environment.yaml"] }
"""

DESCRIPTOR = '''\
"""The backend $name; its library may be absent where this is imported."""

from pathlib import Path

from backends.registry import Descriptor
from $package.capabilities import capabilities

DESCRIPTOR = Descriptor(
    name="$name",
    summary="$name: say in a line what `bench list` shows",
    adapter="$package.adapter:Adapter",
    capabilities=capabilities,
    environment=Path(__file__).with_name("environment.yaml"),
    attack="$package.attack:attempts",
    audit="$package.audit:BINDING",
)
'''

CAPABILITIES = '''\
"""What the library offers, known without importing it."""

from __future__ import annotations

from backends.interface import Capabilities
from backends.parameters import ParameterSet


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What the library offers at `parameters`: levels of a bootstrap, or why there is none.

    Raises:
        Unsupported: the library cannot use these parameters, with the reason and what to choose instead.
    """
    raise NotImplementedError("write $package.capabilities")
'''

ENVIRONMENT = """\
# docs/add-a-backend.md explains every key. The first alternative that fits the machine is taken.
imports: numpy  # the module of the library, whose import proves that the environment works
alternatives:
  - python: "3.11"
    requirements: []  # as pip takes them, pinned: ["mylib==1.2.3"]
"""

ATTACK = '''\
"""Ways to try a decryption with what an evaluator has; the conformance kit tries them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from backends.interface import Ciphertext, Evaluator
from backends.registry import Attempt


def attempts(evaluator: Evaluator, ciphertext: Ciphertext, paths: Sequence[Path]) -> Iterator[Attempt]:
    """What is tried, and a function that tries it and gives slots, or raises as the library refuses.

    At least three: no secret key, one of the evaluator's own, and each of its files taken for one.
    """
    raise NotImplementedError("write $package.attack")
'''

AUDIT = '''\
"""What each call of the library executes, for audits; this imports no library."""

from backends.audit import Binding

#: `module:Class` of the library → its method → how often it executes which primitive; see `backends.audit`.
BINDING = Binding(calls={})
'''

ADAPTER = '''\
"""The adapter over $name: `backends.interface` says what words mean, docs/add-a-backend.md what to mind.

An adapter over Microsoft SEAL derives its roles from `backends.seal` instead, which leaves the library's own
calls to it. Compounds, `bootstrap` and the keys of one kind have defaults: see the interface.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from backends.interface import (
    Ciphertext,
    ComplexVector,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Library,
    Plaintext,
    SecurityFacts,
    Values,
    Vector,
)
from backends.parameters import ParameterSet
'''

FILES = {
    "pyproject.toml": PYPROJECT,
    "$package/__init__.py": DESCRIPTOR,
    "$package/capabilities.py": CAPABILITIES,
    "$package/environment.yaml": ENVIRONMENT,
    "$package/attack.py": ATTACK,
    "$package/audit.py": AUDIT,
}
ROLES: tuple[tuple[str, type], ...] = (("Owner", KeyOwner), ("Computer", Evaluator), ("Adapter", Library))


def write(name: str, folder: Path) -> list[Path]:
    """Write the skeleton of a backend.

    Args:
        name: the backend's name; `NAME_bench` is its package.
        folder: where the package is to lie.

    Returns:
        The files.

    Raises:
        BackendError: the name is none of a package, or a file exists already.
    """
    package = f"{name}_bench"
    if not package.isidentifier() or not name.islower():
        raise BackendError(f"{name!r} is not the name of a backend; use lower-case letters, digits and _")
    texts = {
        template: Template(text).substitute(name=name, package=package) for template, text in FILES.items()
    }
    texts["$package/adapter.py"] = Template(ADAPTER).substitute(name=name) + "".join(
        _role(role, base, package) for role, base in ROLES
    )
    paths = {folder / template.replace("$package", package): text for template, text in texts.items()}
    for path in paths:
        if path.exists():
            raise BackendError(f"{path} exists already; choose another folder")
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(paths)


def _role(name: str, base: type, package: str) -> str:
    """A class that has every abstract method of `base`, each of which raises what is missing."""
    methods = [
        _method(getattr(base, method), f"write {package}.adapter: {name}.{method}")
        for method in vars(base)
        if method in getattr(base, "__abstractmethods__", ())
    ]
    doc = f'"""See `backends.interface.{base.__name__}`."""'
    return f"\n\nclass {name}({base.__name__}):\n{indent(doc, '    ')}\n\n" + "\n".join(methods)


def _method(method: object, missing: str) -> str:
    """The source of an abstract method, with a body that raises what is missing."""
    source = dedent(inspect.getsource(method)).replace("@abstractmethod\n", "")  # type: ignore[arg-type]
    return indent(f'{source}    raise NotImplementedError("{missing}")\n', "    ")
