"""What a case is about, and who runs it: a model or a layer by its program, primitives one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backends.registry import Descriptor
from bench.cli.progress import Display
from bench.environments.ensure import Environment
from bench.run.clear_rungs import Progress, unseen
from bench.run.model import CellRunner, ladder
from bench.run.native import HighLevelRunner
from bench.run.primitives import Measurement, MeasuringRunner
from bench.run.runner import Outcome, Runner
from bench.run.workload import Workload, layer_workload, load_workload
from bench.spec.cases import LayerCase, PrimitivesCase
from bench.spec.cells import Cell
from bench.spec.suite import PORTABLE
from reports.record import Ladder

Subject: TypeAlias = Workload | Measurement


def load_subject(cell: Cell, progress: Progress = unseen) -> Subject:
    """What a cell's case brings.

    Raises:
        ModelError: the checkpoint or the data set is missing or corrupt, or they do not fit each other.
        UserError: the data set has fewer samples.
    """
    if isinstance(cell.case, PrimitivesCase):
        return Measurement(cell.case.primitives)
    if isinstance(cell.case, LayerCase):
        return layer_workload(cell.case.layer, cell.samples)
    assert cell.model_folder is not None  # `expand` lets no other pass
    return load_workload(cell.model_folder, cell.case.data, cell.samples, cell.held_out, progress)


def runner(
    cell: Cell,
    subject: Subject,
    descriptor: Descriptor,
    environment: Environment,
    logs: Path,
    display: Display,
) -> Runner:
    """Who runs a cell."""
    if isinstance(subject, Measurement):
        return MeasuringRunner(descriptor, environment, logs, display.report, subject)
    if cell.choice.program != PORTABLE:
        return HighLevelRunner(descriptor, environment, logs, display.report, subject)
    return CellRunner(descriptor, environment, logs, display.report, subject, display.planned)


def ladder_of(subject: Subject, outcome: Outcome) -> Ladder:
    """The ladder of a subject's record; empty where there is no rung."""
    return Ladder() if isinstance(subject, Measurement) else ladder(outcome, subject)


def raw_outputs(subject: Subject, outcome: Outcome) -> Mapping[str, NDArray[Any]] | None:
    """Everything from which metrics can be computed again; None where all of it stands in the record."""
    if isinstance(subject, Measurement):
        return None
    raw: dict[str, NDArray[Any]] = {
        "sample_ids": np.array(subject.ids),
        **{f"logits_{rung}": logits for rung, logits in subject.logits.items()},
    }
    if subject.metric is not None:
        raw["labels"] = subject.samples.labels
    for rung, scores in (outcome.scores or {}).items():
        raw[f"held_out_{rung}"] = scores
    if outcome.encrypted is not None:
        raw["logits_encrypted"] = outcome.encrypted
    for name, values in (outcome.probes or {}).items():
        raw[f"probe_{name}"] = values
    return raw
