"""Everything that could change a cell's result, digested: a kept result is reused only where it holds."""

from __future__ import annotations

from backends.errors import BackendError
from backends.registry import Descriptor
from bench.environments.ensure import Environment
from bench.run.code import adapter_digest, program_digest, scoring_digest
from bench.run.cores import used_threads
from bench.run.kind import CellKind
from bench.spec.cells import Cell
from reports.identity import digest
from reports.origin import Origin


def origin(
    cell: Cell,
    loaded: CellKind,
    descriptor: Descriptor,
    environment: Environment,
    *,
    probes: bool,
    audit: bool,
    evaluator: str | None = None,
) -> Origin:
    """The origin of a cell's result, before it runs.

    Args:
        cell: what is asked for.
        loaded: with what its case brings.
        descriptor: the backend.
        environment: the interpreter in which its parties run.
        probes: whether every layer is decrypted.
        audit: whether what the library executes is counted at its own calls.
        evaluator: the address of its machine; None where it is this one.

    Raises:
        BackendError: the backend's adapter cannot be found.
    """
    try:
        audited = [descriptor.audit] if audit and descriptor.audit else []
        adapter = adapter_digest((descriptor.adapter, *descriptor.native_types.values(), *audited))
    except ModuleNotFoundError as error:
        raise BackendError(
            f"the adapter {descriptor.adapter} cannot be found; install its package"
        ) from error
    return Origin(
        program=program_digest(loaded.modules),
        scoring=scoring_digest(loaded.modules),
        adapter=adapter,
        model=loaded.subject.model_digest,
        data=loaded.subject.data_digest,
        parameters=digest(_asked(cell)),
        demanded=digest([cell.limits.precision_bits, cell.limits.label_agreement]),
        libraries=dict(environment.versions),
        build=environment.build,
        threads=used_threads(cell, descriptor),
        repeats=cell.repeats,
        probes=probes,
        audit=audit,
        evaluator=evaluator,
    )


def _asked(cell: Cell) -> dict[str, object]:
    """The parameter set and how the suite uses it."""
    return {
        **cell.parameter_set.parameters.to_json(),
        "refresh": cell.parameter_set.refresh,
        "program": cell.parameter_set.program,
    }
