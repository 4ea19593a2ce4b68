"""Writes a submission: what both parties are asked, as files, and the scripts that build its executables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from backends.program import Program
from backends.registry import Descriptor, get
from backends.security import Security, foretold, judge
from bench.errors import UserError
from bench.parties.messages import Encrypt, Generate, Prepare
from bench.run.cores import used_threads
from bench.run.kinds import load
from bench.run.model import ModelKind
from bench.spec.cells import Cell
from bench.submission import contents, documents
from bench.submission.answers import Answers
from bench.submission.contents import About
from bench.submission.plain import SIDE
from models.data import literals
from models.errors import ModelError

#: The folders that their repository has, of which the contents are the submitter's.
SUBMISSION, SCRIPTS = "submission", "scripts"
#: The digits.
LABELS = 10


@dataclass(frozen=True)
class Submitted:
    """A cell that can be submitted.

    Attributes:
        cell: the cell.
        descriptor: its backend.
        kind: its model, and its samples.
        program: what the server computes.
        bootstrap: whether that bootstraps.
        preparation: of the samples.
    """

    cell: Cell
    descriptor: Descriptor
    kind: ModelKind
    program: Program
    bootstrap: bool
    preparation: literals.Patches

    @property
    def about(self) -> About:
        """What the folder says of itself."""
        return About(
            self.cell.backend,
            self.descriptor.adapter,
            self.cell.parameter_set_name,
            self.kind.workload.model_digest,
            used_threads(self.cell, self.descriptor),
        )

    @property
    def security(self) -> Security | None:
        """What its keys will reach; None where nothing is encrypted."""
        if self.descriptor.simulates:
            return None
        return judge(foretold(self.cell.parameter_set.parameters, self.descriptor.capabilities))


def submitted(cells: list[Cell]) -> Submitted:
    """The one cell of a selection, planned.

    Raises:
        UserError: there are several, or it cannot be run stage by stage on images of MNIST.
        Unsupported, PlanError, ModelError: see `ModelKind.planned`.
    """
    cell = _only(cells)
    descriptor = get(cell.backend)
    if not descriptor.keeps_secret_key:
        raise UserError(
            f"{cell.backend} cannot keep its secret key from one stage to the next; choose another backend"
        )
    kind = load(cell)
    if not isinstance(kind, ModelKind) or kind.workload.held_out is None:
        raise UserError(f"{cell.case.name} is no model with a program; choose one with --case")
    preparation = _preparation(kind)
    program, _, refresh = kind.planned(cell, descriptor)
    if program.counts["round_trips"]:
        raise UserError(
            f"{cell.parameter_set_name} has {program.counts['round_trips']} client-aided refreshes, for "
            "which both parties must be there; choose a set with more levels, or one that bootstraps"
        )
    return Submitted(cell, descriptor, kind, program, refresh.kind == "bootstrap", preparation)


def write(found: Submitted, output: Path) -> list[Path]:
    """Write a submission to a new folder, to be laid over a clone of their repository.

    Returns:
        Its files.

    Raises:
        UserError: there is such a folder, and it is not empty.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError(f"{output} is there already; name a folder that is not")
    folder, scripts = output / SUBMISSION, output / SCRIPTS
    for one in (folder, scripts):
        one.mkdir(parents=True)
    _write_requests(found, folder)
    (folder / "README.md").write_text(documents.readme(found.about, found.descriptor, found.security))
    for name, text in documents.SCRIPTS.items():
        (scripts / name).write_text(text)
        (scripts / name).chmod(0o755)
    return sorted(path for path in output.rglob("*") if path.is_file())


def _write_requests(found: Submitted, folder: Path) -> None:
    program, about = found.program, found.about
    generate = Generate(
        found.cell.parameter_set.parameters, program.rotation_steps, found.bootstrap, program.conjugates
    )
    encrypt = Encrypt(contents.SAMPLES, program.layout, program.input_layout, program.input_level)
    workers = found.descriptor.workers(about.threads)
    prepare = Prepare(contents.PROGRAM, program.save(folder, contents.PROGRAM), None, workers)
    contents.write(folder / contents.ABOUT, about)
    contents.write(folder / contents.GENERATE, generate)
    contents.write(folder / contents.ENCRYPT, encrypt)
    contents.write(folder / contents.ANSWERS, Answers(program.layout, program.output_layout))
    contents.write(folder / contents.PREPARE, prepare)
    literal = found.preparation.model_dump(mode="json")
    (folder / contents.PREPARATION).write_text(json.dumps(literal) + "\n", encoding="utf-8")


def _only(cells: list[Cell]) -> Cell:
    if len(cells) == 1:
        return cells[0]
    names = sorted({f"{one.case.name} on {one.backend} at {one.parameter_set_name}" for one in cells})
    raise UserError(
        f"a submission is of one cell, and these are selected: {'; '.join(names)}; name one by --case, "
        "--backend and --parameters"
    )


def _preparation(kind: ModelKind) -> literals.Patches:
    """The preparation of a model that names digits on images of MNIST's size."""
    graph = kind.workload.polynomial
    found = literals.parse(graph.metadata["preparation"])
    classes = kind.workload.expected.shape[-1]
    if (
        not isinstance(found, literals.Patches)
        or SIDE % found.size
        or len(found.mean) != 1
        or classes != LABELS
    ):
        raise ModelError(
            f"{kind.workload.shape_kind} does not name {LABELS} digits on {SIDE}×{SIDE} grey levels; "
            "choose a model of MNIST"
        )
    return found
