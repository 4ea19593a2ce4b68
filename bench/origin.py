"""Everything that could change a cell's result, digested: a kept result is reused only where it holds."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import backends
import bench
import models
from backends.registry import Descriptor
from bench.cells import Cell
from bench.environments.ensure import Environment
from bench.workload import Workload
from reports.identity import Origin

#: The packages whose code makes a result, the adapters' folders apart.
ENGINE = (backends, models, bench)


def origin(
    cell: Cell,
    identity: str,
    workload: Workload,
    descriptor: Descriptor,
    environment: Environment,
    probes: bool,
) -> Origin:
    """The origin of a cell's result, before it runs."""
    return Origin(
        cell=identity,
        model_digest=workload.model_digest,
        data_digest=workload.samples.digest(),
        parameters={
            **cell.choice.parameters.to_json(),
            "refresh": cell.choice.refresh,
            "program": cell.choice.program,
        },
        engine_digest=_engine_digest(),
        adapter_digest=_code_digest(_adapter_folder(descriptor)),
        libraries=environment.versions,
        threads=cell.choice.threads,
        repeats=cell.repeats,
        probes=probes,
    )


def _engine_digest() -> str:
    roots = [Path(str(package.__file__)).parent for package in ENGINE]
    return hashlib.sha256("".join(_code_digest(root) for root in roots).encode()).hexdigest()


def _adapter_folder(descriptor: Descriptor) -> Path:
    spec = find_spec(descriptor.adapter.partition(":")[0].rpartition(".")[0])
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _code_digest(folder: Path) -> str:
    """SHA-256 over the Python files under a folder, by name."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
