"""Everything that could change a cell's result, digested: a kept result is reused only where it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import backends
import bench
import models
from backends.errors import BackendError
from backends.registry import Descriptor
from bench.environments.ensure import Environment
from bench.run.subject import Subject
from bench.spec.cells import Cell
from reports.identity import Origin

#: The packages whose code makes a result, the adapters' folders apart.
ENGINE = (backends, models, bench)


def origin(
    cell: Cell,
    cell_id: str,
    subject: Subject,
    descriptor: Descriptor,
    environment: Environment,
    probes: bool,
) -> Origin:
    """The origin of a cell's result, before it runs."""
    return Origin(
        cell=cell_id,
        model_digest=subject.model_digest,
        data_digest=subject.data_digest,
        parameters={
            **cell.choice.parameters.to_json(),
            "refresh": cell.choice.refresh,
            "program": cell.choice.program,
            "least": {"precision_bits": cell.limits.precision_bits, "agreement": cell.limits.label_agreement},
        },
        engine_digest=_engine_digest(),
        adapter_digest=_code_digest(_adapter_files(descriptor)),
        libraries=environment.versions,
        threads=cell.choice.threads,
        repeats=cell.repeats,
        probes=probes,
    )


def _engine_digest() -> str:
    roots = [Path(str(package.__file__)).parent for package in ENGINE]
    adapters = {path.parent for root in roots for path in root.glob("*/environment.yaml")}
    files = [path for root in roots for path in root.rglob("*.py") if path.parent not in adapters]
    return _code_digest(files)


def _adapter_files(descriptor: Descriptor) -> list[Path]:
    """The Python files of the package that an adapter's module stands in, or that module alone."""
    module = descriptor.adapter.partition(":")[0]
    spec = find_spec(module.rpartition(".")[0] or module)
    if spec is None or spec.origin is None:
        raise BackendError(f"the adapter {descriptor.adapter} cannot be found; install its package")
    origin = Path(spec.origin)
    return list(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]


def _code_digest(files: Iterable[Path]) -> str:
    """SHA-256 over files, by name."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
