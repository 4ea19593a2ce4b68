"""The recipe of FHElium's wheel: what it changes in the source, and that it refuses another."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.fhelium import build_wheel
from backends.source_wheels import BuildError

REGISTRY = """\
from typing import Protocol, runtime_checkable

class ImplementationRegistry[ImplementationT: OperationImplementation]:
    pass
"""


def source(folder: Path, registry: str = REGISTRY) -> Path:
    """The lines of the distribution that are changed, and one that is not."""
    texts = {
        "pyproject.toml": 'requires-python = ">=3.12,<3.14"\nlicense = "MIT"\n',
        "scripts/release_dependencies.py": 'DEPENDENCIES = ["numpy>=2.5.1", "torch>=2.10,<2.14"]\n',
        "fhelium/backend/implementation.py": registry,
        "csrc/ops/ntt/ntt.cpp": "#include <torch/torch.h>\n#include <torch/library.h>\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_what_keeps_it_from_an_older_interpreter_and_a_short_build_is_changed(tmp_path: Path) -> None:
    build_wheel._change(source(tmp_path))
    assert (tmp_path / "pyproject.toml").read_text() == 'requires-python = ">=3.11,<3.14"\nlicense = "MIT"\n'
    assert '["numpy>=2.4", "torch>=2.10,<2.14"]' in (tmp_path / "scripts/release_dependencies.py").read_text()
    assert (tmp_path / "csrc/ops/ntt/ntt.cpp").read_text() == (
        "#include <torch/types.h>\n#include <torch/library.h>\n"
    )
    changed = (tmp_path / "fhelium/backend/implementation.py").read_text()
    names: dict[str, object] = {"OperationImplementation": object}
    exec(compile(changed, "implementation.py", "exec"), names)  # in the syntax of 3.11 and before
    registry = names["ImplementationRegistry"]
    assert registry[int]  # type: ignore[index]


def test_a_source_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"FHElium's fhelium/backend/implementation.py has no"):
        build_wheel._change(source(tmp_path, registry="class ImplementationRegistry:\n    pass\n"))


def test_a_label_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"only fhelium==0\.30\.0 and fhelium==0\.30\.0\+cuda are known"):
        build_wheel.build("fhelium==0.30.0+rocm", tmp_path)
