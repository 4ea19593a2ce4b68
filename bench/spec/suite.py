"""The suite: a YAML file's cases, parameter sets and limits, validated into an immutable object.

suite: vit_tiny
title: one line for `bench list`
security: 128            # demanded of every parameter set that does not say `security: 0` (INSECURE)
samples: 64              # that the cells run
held_out: all            # or the first so many, on which the clear rungs are compared
repeats: 1
threads: 2
rounds: 1                # fresh processes a cell; in each round every cell has its turn
cases:                   # see bench.spec.cases
  - {name: digits, model: vit_tiny, data: digits}
  - {name: linear, layer: {kind: linear, tokens: 16, features: 64}}
  - {name: all, primitives: {repetitions: 30, long_repetitions: 5}}
parameter_sets:          # each may have its own cases, repeats, threads and limits
  - {alias: shared14, log_n: 14, ..., refresh: round_trip, program: portable, backends: [openfhe, tenseal]}
limits: {seconds: 3600, memory_bytes: 22000000000}
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

import bench
import models
from backends.errors import ParameterError
from backends.parameters import ParameterSet
from backends.security import check_demand
from bench.errors import UserError
from bench.spec.cases import Block, Case, CaseLiteral, ModelCase, Name, Positive, case
from bench.spec.document import Document, did_you_mean, read
from bench.spec.recipes import command

PORTABLE: Literal["portable"] = "portable"
CHECKPOINTS = Path(models.__file__).parent / "checkpoints"
SUITES = Path(bench.__file__).resolve().parents[1] / "suites"


def _count(written: object) -> int | None:
    """What `held_out` means: None for all."""
    if written == "all":
        return None
    if type(written) is int and written >= 2:
        return written
    raise PydanticCustomError("held_out", "write all, or 2 or more samples")


HeldOutCount = Annotated[int | None, BeforeValidator(_count)]


class BootstrapLiteral(Block):
    """See `backends.parameters.BootstrapParameters`."""

    level_budget: Annotated[tuple[int, int], Field(strict=False)]
    correction_factor: int
    depth: int


class Limits(Block):
    """What a cell may take and must reach.

    Attributes:
        seconds: from the first stage to the last.
        memory_bytes: of all its processes together.
        precision_bits: of the decrypted logits; below, the answer is wrong and the cell fails.
        label_agreement: fraction of samples to which the polynomial model gives the same label; likewise.
    """

    seconds: Annotated[float, Field(gt=0)] | None = None
    memory_bytes: Positive | None = None
    precision_bits: Annotated[float, Field(ge=0)] = 8.0
    label_agreement: Annotated[float, Field(ge=0, le=1)] = 0.98


class ParameterLiteral(Block):
    """See `backends.parameters.ParameterSet` for the literal, `ParameterChoice` for how it is used."""

    log_n: int
    first_modulus_bits: int
    scale_bits: int
    depth: int
    digits: int
    secret: str = "uniform_ternary"
    security: int | None = None
    bootstrap: BootstrapLiteral | None = None
    alias: Name | None = None
    refresh: Literal["bootstrap", "round_trip"]
    program: Literal["portable", "vectors", "tensors"] = PORTABLE
    backends: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    cases: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    repeats: Positive | None = None
    threads: Positive | None = None
    limits: Limits | None = None


class SuiteFile(Block):
    """The file as it stands."""

    suite: Name
    title: str
    security: Literal[0, 128, 192, 256] = 128
    samples: Positive
    held_out: HeldOutCount = None
    repeats: Positive = 1
    threads: Positive = 1
    rounds: Positive = 1
    cases: Annotated[tuple[CaseLiteral, ...], Field(strict=False, min_length=1)]
    parameter_sets: Annotated[tuple[ParameterLiteral, ...], Field(strict=False, min_length=1)]
    limits: Limits = Limits()


@dataclass(frozen=True)
class ParameterChoice:
    """A parameter set and how a suite uses it.

    Attributes:
        parameters: the validated set.
        alias: short name for `--parameters`, or None.
        refresh: `bootstrap` or `round_trip`.
        program: `portable`: real slots and primitives that every library has; `vectors` or `tensors`: a
            library's own types (see `backends.native`).
        repeats: evaluations, the first cold; the set's own, or the suite's.
        threads: of the evaluator, equal for all backends; likewise.
        limits: likewise.
        backends: which backends run it unless others are asked for by name.
        cases: names of those that it runs.
    """

    parameters: ParameterSet
    alias: str | None
    refresh: str
    program: str
    repeats: int
    threads: int
    backends: tuple[str, ...]
    cases: tuple[str, ...]
    limits: Limits

    @property
    def names(self) -> tuple[str, ...]:
        """What selects it on the command line."""
        return (self.name,) if self.alias is None else (self.alias, self.name)

    @property
    def name(self) -> str:
        """The set's name, and how it is used where it is not by the portable program."""
        name = self.parameters.name
        return name if self.program == PORTABLE else f"{name}_{self.program}"


@dataclass(frozen=True)
class Suite:
    """A validated suite.

    Attributes:
        held_out: on how many held-out samples the clear rungs are compared; None for all.
        rounds: fresh processes a cell, in turns.
        known_backends: every backend that is registered; the file may name these.
        model_folders: checkpoint folder per case name, of the cases whose checkpoint is here.
        missing: why a case cannot run, and what to do, per name of the other cases.
    """

    name: str
    title: str
    path: Path
    samples: int
    held_out: int | None
    rounds: int
    cases: tuple[Case, ...]
    parameter_sets: tuple[ParameterChoice, ...]
    known_backends: tuple[str, ...]
    model_folders: dict[str, Path]
    missing: dict[str, str]


def find_suite(reference: str) -> Path:
    """The file that a path or a bare name under `suites/` means.

    Raises:
        UserError: there is none; the sentence offers the nearest one.
    """
    path = Path(reference)
    if path.is_file():
        return path
    folders = [folder for folder in (Path("suites"), SUITES) if folder.is_dir()]
    named = {file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.yaml"))}
    if reference in named:
        return named[reference]
    if path.is_dir():
        raise UserError(f"{reference} is a folder; name a suite's YAML file in it")
    if path.suffix in (".yaml", ".yml"):
        raise UserError(f"there is no file {reference}{did_you_mean(path.stem, named)}")
    raise UserError(f"no suite is called {reference!r}{did_you_mean(path.stem, named)}")


def load_suite(reference: str, known_backends: Collection[str]) -> Suite:
    """Read and validate a suite.

    Args:
        reference: a path, or a bare name under `suites/`.
        known_backends: names of the registered backends.

    A checkpoint that a recipe makes may be absent: such a suite is read and cannot run (see `Suite.missing`).

    Raises:
        UserError: file, line, what is wrong and what would be right.
    """
    document = read(find_suite(reference))
    file = document.validate(SuiteFile)
    _refuse_twins(document, "cases", [one.name for one in file.cases])
    choices = [
        _choice(document, ("parameter_sets", index), literal, file, known_backends)
        for index, literal in enumerate(file.parameter_sets)
    ]
    _refuse_ambiguity(document, choices)
    cases = tuple(case(document, index, literal) for index, literal in enumerate(file.cases))
    of_models = {index: one for index, one in enumerate(cases) if isinstance(one, ModelCase)}
    folders = {one.name: _model_folder(document, one) for one in of_models.values()}
    return Suite(
        name=file.suite,
        title=file.title,
        path=document.path,
        samples=file.samples,
        held_out=file.held_out,
        rounds=file.rounds,
        cases=cases,
        parameter_sets=tuple(choices),
        known_backends=tuple(known_backends),
        model_folders={name: folder for name, folder in folders.items() if folder is not None},
        missing={
            one.name: _missing(document, index, one)
            for index, one in of_models.items()
            if folders[one.name] is None
        },
    )


def _choice(
    document: Document,
    location: tuple[str, int],
    literal: ParameterLiteral,
    file: SuiteFile,
    known_backends: Collection[str],
) -> ParameterChoice:
    """A literal as a validated parameter set that meets the suite's demands."""
    for index, name in enumerate(literal.backends):
        if name not in known_backends:
            place = (*location, "backends", index)
            document.fail(place, f"no backend is called {name!r}{did_you_mean(name, known_backends)}")
    if len(set(literal.backends)) != len(literal.backends):
        document.fail((*location, "backends"), "a backend stands twice in backends; keep one")
    all_cases = [one.name for one in file.cases]
    cases = all_cases if literal.cases is None else list(literal.cases)
    for index, name in enumerate(cases):
        if name not in all_cases:
            place = (*location, "cases", index)
            document.fail(place, f"no case is called {name!r}{did_you_mean(name, all_cases)}")
    security = file.security if literal.security is None else literal.security
    if 0 < security < file.security:
        remedy = f"write {file.security}, or 0 for a toy set that is marked INSECURE"
        document.fail(
            (*location, "security"), f"security is {security} where the suite demands more; {remedy}"
        )
    if (literal.refresh == "bootstrap") != (literal.bootstrap is not None):
        contradiction = "needs" if literal.refresh == "bootstrap" else "has no use for"
        sentence = f"refresh: {literal.refresh} {contradiction} the block 'bootstrap'; change one of the two"
        document.fail((*location, "refresh"), sentence)
    used_otherwise = {"alias", "refresh", "program", "backends", "cases", "repeats", "threads", "limits"}
    try:
        parameters = ParameterSet.from_json(
            {**literal.model_dump(exclude=used_otherwise), "security": security}
        )
        check_demand(parameters)
    except ParameterError as error:
        document.fail(location, str(error))
    return ParameterChoice(
        parameters=parameters,
        alias=literal.alias,
        refresh=literal.refresh,
        program=literal.program,
        repeats=literal.repeats or file.repeats,
        threads=literal.threads or file.threads,
        backends=literal.backends,
        cases=tuple(cases),
        limits=literal.limits or file.limits,
    )


def _refuse_ambiguity(document: Document, choices: list[ParameterChoice]) -> None:
    """A name must select one set, and a cell must not be answered in two ways."""
    _refuse_twins(document, "parameter_sets", [choice.name for choice in choices])
    for index, choice in enumerate(choices):
        others = {name for other in choices[:index] for name in other.names}
        for name in others.intersection(choice.names):
            document.fail(("parameter_sets", index), f"{name} stands twice in parameter_sets; rename one")


def _refuse_twins(document: Document, key: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            document.fail((key, index), f"{name} stands twice in {key}; keep one or rename it")


def _model_folder(document: Document, case: ModelCase) -> Path | None:
    folders = (CHECKPOINTS / case.model, document.path.parent / case.model)
    return next((folder for folder in folders if folder.is_dir()), None)


def _missing(document: Document, index: int, case: ModelCase) -> str:
    """The sentence about a checkpoint that is not here; one that no recipe makes is a mistake in the file."""
    place, sentence = ("cases", index, "model"), f"no model is called {case.model!r}"
    making = command(case.model)
    if making is None:
        known = [folder.name for folder in CHECKPOINTS.glob("*") if folder.is_dir()]
        document.fail(place, sentence + did_you_mean(case.model, known))
    return document.told(place, f"{sentence}; make it with {making}")
