"""Declarations for tests, around the tiny library of `toylibrary.py` or packages that every machine has."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.registry import Descriptor

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def capabilities(parameters: ParameterSet) -> Capabilities:
    """A library that can do the least."""
    return Capabilities()


def declare(folder: Path, content: object) -> Descriptor:
    """A backend called `toy` whose `environment.yaml` has this content."""
    path = folder / "toy" / "environment.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return Descriptor("toy", "a tiny library", "toylibrary:Library", capabilities, path)


def declare_toy(
    folder: Path, version: int = 1, builds: Mapping[str, object] | None = None, **build: object
) -> Descriptor:
    """A backend whose library is built by `toylibrary.py`, in other builds too where they are given."""
    (folder / "toy").mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("toylibrary.py"), folder / "toy" / "build.py")
    return declare(
        folder,
        {
            "imports": "toylibrary",
            "alternatives": [{"python": HERE}],
            "build": {"script": "build.py", "requirement": f"toylibrary=={version}", **build},
            **({"builds": dict(builds)} if builds else {}),
        },
    )
