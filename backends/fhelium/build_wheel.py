"""Builds FHElium's wheel against the torch that is there: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

FHElium is published as source only, for CPython 3.12 and later. What is changed before it is built:

* One class is generic in the syntax of 3.12. It is written as for 3.11, for which torch is there without
  CUDA; numpy has no newer version for that than 2.4.
* Each of its files includes all of torch's C++ interface, for tensors alone. They include that of tensors,
  and a few files are compiled as one.

A requirement such as `fhelium==0.30.0+cuda` asks for its kernels for NVIDIA GPUs as well, for which CUDA's
compiler has to be there; that was neither built nor run here.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # run by its path, where this project is not installed

from backends import source_wheels
from backends.source_wheels import BuildError, replaced

REGISTRY = "class ImplementationRegistry"
#: File → what is replaced in it.
CHANGES = {
    "pyproject.toml": {'requires-python = ">=3.12,<3.14"': 'requires-python = ">=3.11,<3.14"'},
    "scripts/release_dependencies.py": {'"numpy>=2.5.1"': '"numpy>=2.4"'},
    "fhelium/backend/implementation.py": {
        "from typing import Protocol": "from typing import Generic, Protocol, TypeVar",
        f"{REGISTRY}[ImplementationT: OperationImplementation]:": (
            'ImplementationT = TypeVar("ImplementationT", bound=OperationImplementation)\n\n\n'
            f"{REGISTRY}(Generic[ImplementationT]):"
        ),
    },
}
ALL_OF_TORCH, TENSORS = "#include <torch/torch.h>", "#include <torch/types.h>"
#: Sources compiled as one: more of them, and two functions of one name meet.
TOGETHER = 5
#: The label of a requirement that asks for GPUs → what is built; without one, for processors alone.
BACKENDS = {"": "CPU", "+cuda": "CPU+CUDA"}
UNITY = ("-DCMAKE_UNITY_BUILD=ON", f"-DCMAKE_UNITY_BUILD_BATCH_SIZE={TOGETHER}")


def build(requirement: str, folder: Path) -> Path:
    """The wheel of `requirement`, built into `folder`, where torch and scikit-build-core are installed.

    Raises:
        BuildError: no source, one of another version or with another label, or a failed build.
    """
    public, plus, label = requirement.partition("+")
    if plus + label not in BACKENDS:
        raise BuildError(f"{requirement} cannot be built; only {public} and {public}+cuda are known")
    variables = {"CMAKE_ARGS": " ".join((f"-DFHELIUM_NATIVE_BACKENDS={BACKENDS[plus + label]}", *UNITY))}
    # A build apart would have a torch of its own; the wheel has to fit the one that is here.
    return source_wheels.build(public, folder, _change, ("--no-build-isolation",), variables)


def _change(source: Path) -> None:
    for name, changes in CHANGES.items():
        path = source / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = replaced(text, old, new, f"FHElium's {name}")
        path.write_text(text, encoding="utf-8")
    for path in (source / "csrc").rglob("*"):
        if path.suffix in (".cpp", ".h"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(ALL_OF_TORCH, TENSORS), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(source_wheels.main(__file__, build))
