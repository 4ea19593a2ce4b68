"""The suite: a YAML file's cases, parameter sets and limits, validated into an immutable object.

`bench.spec.file` shows such a file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import models
from backends.errors import ParameterError
from backends.interface import SecurityFacts
from backends.parameters import ParameterSet
from backends.registry import available, simulates
from backends.security import INSECURE, check_demand, foretold, named, nominal
from backends.threshold import INTERACTIVE_BOOTSTRAP
from bench.errors import UserError
from bench.packages import FOLDER
from bench.spec.cases import Case, ModelCase, case
from bench.spec.file import Limits, SuiteFile, SuiteParameterLiteral
from bench.spec.recipes import command
from models.documents.document import Document, Location, shown
from models.documents.reading import read
from models.documents.schema import validated
from models.names import did_you_mean

logger = logging.getLogger(__name__)

PORTABLE, COMPLEX = "portable", "complex"
CHECKPOINTS = Path(models.__file__).parent / "checkpoints"
SUITES = FOLDER / "suites"


@dataclass(frozen=True)
class SuiteParameterSet:
    """A parameter set and how a suite uses it.

    Attributes:
        parameters: the validated set.
        alias: short name for `--parameters`, or None.
        refresh: `bootstrap`, `round_trip` or `interactive_bootstrap`.
        program: `portable`: real slots and primitives that every library has; `complex`: complex slots too;
            `vectors` or `tensors`: a library's own types (see `backends.native`).
        samples: how many of a case's held-out samples; the set's own, or the suite's.
        repeats: how many evaluations, the first cold; the set's own, or the suite's.
        threads: how many the evaluator has, equal for all backends; the set's own, or the suite's.
        limits: what its cells may take and must reach; the set's own, or the suite's.
        backends: which backends run it unless others are asked for by name.
        cases: names of those that it runs.
        twin: whether a set before it differs by its threads alone; its name then has them.
    """

    parameters: ParameterSet
    alias: str | None
    refresh: str
    program: str
    samples: int
    repeats: int
    threads: int
    backends: tuple[str, ...]
    cases: tuple[str, ...]
    limits: Limits
    twin: bool = False

    @property
    def planned(self) -> bool:
        """Whether a program is planned, where a library's own types have none."""
        return self.program in (PORTABLE, COMPLEX)

    @property
    def complex_slots(self) -> bool:
        """Whether the program may use complex slots."""
        return self.program == COMPLEX

    @property
    def names(self) -> tuple[str, ...]:
        """What selects it on the command line: its alias, and its name on each of its backends."""
        on_backends = dict.fromkeys(map(self.name_on, self.backends))
        return (*on_backends,) if self.alias is None else (self.alias, *on_backends)

    def name_on(self, backend: str) -> str:
        """The set's name on a backend, with how it is used where that is not by the portable program.

        It says INSECURE where the backend's keys reach less than 128 bits, whatever the suite demands.
        """
        return self._used(named(self.parameters, _foretold(self.parameters, backend)))

    @property
    def content(self) -> str:
        """What no other set of the suite may be: its name but for the security, which follows from it."""
        return self._used(self.parameters.name)

    def _used(self, name: str) -> str:
        used = name if self.refresh != INTERACTIVE_BOOTSTRAP else f"{name}_{self.refresh}"
        used = used if self.program == PORTABLE else f"{used}_{self.program}"
        return f"{used}_threads{self.threads}" if self.twin else used


@dataclass(frozen=True)
class Suite:
    """A validated suite.

    Attributes:
        held_out: how many held-out samples the clear stages of conversion (rungs) are compared on; None for
            all.
        rounds: fresh processes a cell, in turns.
        known_backends: every backend that is registered; the file may name these.
        model_folders: checkpoint folder per case name, of the cases whose checkpoint is here.
        missing: why a case cannot run, and what to do, per name of the other cases.
    """

    name: str
    title: str
    path: Path
    held_out: int | None
    rounds: int
    cases: tuple[Case, ...]
    parameter_sets: tuple[SuiteParameterSet, ...]
    known_backends: tuple[str, ...]
    model_folders: dict[str, Path]
    missing: dict[str, str]


def find_suite(reference: str) -> Path:
    """The file that a path or a bare name under `suites/` means.

    Raises:
        UserError: there is none; the sentence offers the nearest one.
    """
    path = Path(reference)
    if path.exists() and not path.is_dir():  # what is no file either is refused where it is read
        return path
    folders = [folder for folder in (Path("suites"), SUITES) if folder.is_dir()]
    named = {file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.yaml"))}
    if reference in named:
        return named[reference]
    if reference and path.is_dir():
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
    document = read(find_suite(reference), UserError)
    logger.debug("suite %s is %s", reference, document.path)
    file = validated(document, SuiteFile)
    _refuse_twins(document, "cases", [one.name for one in file.cases])
    _refuse_verdicts(document, file)
    parameter_sets = [
        _parameter_set(document, index, literal, file, known_backends)
        for index, literal in enumerate(file.parameter_sets)
    ]
    parameter_sets = [
        replace(one, twin=_is_twin(one, parameter_sets[:index])) for index, one in enumerate(parameter_sets)
    ]
    _refuse_ambiguity(document, parameter_sets)
    most = max(one.samples for one in parameter_sets)
    cases = tuple(case(document, index, literal, most) for index, literal in enumerate(file.cases))
    of_models = {index: one for index, one in enumerate(cases) if isinstance(one, ModelCase)}
    folders = {one.name: _model_folder(document, index, one) for index, one in of_models.items()}
    return Suite(
        name=file.suite,
        title=file.title,
        path=document.path,
        held_out=file.held_out,
        rounds=file.rounds,
        cases=cases,
        parameter_sets=tuple(parameter_sets),
        known_backends=tuple(known_backends),
        model_folders={name: folder for name, folder in folders.items() if folder is not None},
        missing={
            one.name: _missing(document, index, one)
            for index, one in of_models.items()
            if folders[one.name] is None
        },
    )


def _parameter_set(
    document: Document,
    index: int,
    literal: SuiteParameterLiteral,
    file: SuiteFile,
    known_backends: Collection[str],
) -> SuiteParameterSet:
    """A literal as a validated parameter set that meets the suite's demands."""
    location = ("parameter_sets", index)
    all_cases = [one.name for one in file.cases]
    _check_known(document, (*location, "backends"), "backend", literal.backends, known_backends)
    if len(set(literal.backends)) != len(literal.backends):
        document.fail((*location, "backends"), "a backend appears twice in backends; keep one")
    _check_known(document, (*location, "cases"), "case", literal.cases or (), all_cases)
    _check_refresh(document, location, literal)
    return SuiteParameterSet(
        parameters=_parameters(document, location, literal, file),
        alias=literal.alias,
        refresh=literal.refresh,
        program=literal.program,
        samples=literal.samples or file.samples,
        repeats=literal.repeats or file.repeats,
        threads=literal.threads or file.threads,
        backends=literal.backends,
        cases=literal.cases or tuple(all_cases),
        limits=literal.limits or file.limits,
    )


def _check_known(
    document: Document, location: Location, what: str, names: Sequence[str], known: Collection[str]
) -> None:
    for index, name in enumerate(names):
        if name not in known:
            sentence = f"no {what} is called {shown(name)}{did_you_mean(name, known)}"
            document.fail((*location, index), sentence)


def _check_refresh(document: Document, location: Location, literal: SuiteParameterLiteral) -> None:
    if (literal.refresh == "bootstrap") != (literal.bootstrap is not None):
        contradiction = "needs" if literal.refresh == "bootstrap" else "has no use for"
        sentence = f"refresh: {literal.refresh} {contradiction} the block 'bootstrap'; change one of the two"
        document.fail((*location, "refresh"), sentence)


def _parameters(
    document: Document, location: Location, literal: SuiteParameterLiteral, file: SuiteFile
) -> ParameterSet:
    """A literal's set, whose demand at least one of its backends meets."""
    security = file.security if literal.security is None else literal.security
    if 0 < security < file.security:
        remedy = f"write {file.security}, or 0 for a toy set that is marked INSECURE"
        sentence = f"security is {security} where the suite demands more; {remedy}"
        document.fail((*location, "security"), sentence)
    try:
        parameters = literal.parameters(security)
        _check_demands(parameters, literal.backends)
    except ParameterError as error:
        document.fail(location, str(error))
    return parameters


def _check_demands(parameters: ParameterSet, backends: Sequence[str]) -> None:
    """See that a set meets its demand on one of its backends; what does not on another is told cell by cell.

    Raises:
        ParameterError: it meets it on none; the sentence is that of the first.
    """
    refusals = []
    for backend in [name for name in backends if not simulates(name)] or backends:
        try:
            check_demand(parameters, _foretold(parameters, backend))
        except ParameterError as error:
            refusals.append(error)
        else:
            return
    raise refusals[0]


def _foretold(parameters: ParameterSet, backend: str) -> SecurityFacts:
    """What a backend's keys will be judged by; of one that is not registered, what the set asks for."""
    found = available().get(backend)
    return nominal(parameters) if found is None else foretold(parameters, found.capabilities)


def _is_twin(one: SuiteParameterSet, earlier: Sequence[SuiteParameterSet]) -> bool:
    """Whether a set before is the same but for its threads."""
    return any(other.content == one.content and other.threads != one.threads for other in earlier)


def _refuse_ambiguity(document: Document, parameter_sets: list[SuiteParameterSet]) -> None:
    """A name must select one set, and a cell must not be answered in two ways."""
    _refuse_twins(document, "parameter_sets", [parameter_set.content for parameter_set in parameter_sets])
    for index, parameter_set in enumerate(parameter_sets):
        others = {name for other in parameter_sets[:index] for name in other.names}
        for name in others.intersection(parameter_set.names):
            document.fail(("parameter_sets", index), f"{name} appears twice in parameter_sets; rename one")


def _refuse_verdicts(document: Document, file: SuiteFile) -> None:
    """The name of a set says INSECURE where its keys are; no other name may, which nothing computes."""
    names: list[tuple[Location, str | None]] = [(("suite",), file.suite)]
    names += [(("cases", index, "name"), one.name) for index, one in enumerate(file.cases)]
    names += [
        (("parameter_sets", index, "alias"), one.alias) for index, one in enumerate(file.parameter_sets)
    ]
    for location, name in names:
        if name is not None and INSECURE.lower() in name.lower():
            sentence = f"{name} says {INSECURE}, which is computed from the keys; leave the word out"
            document.fail(location, sentence)


def _refuse_twins(document: Document, key: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            document.fail((key, index), f"{name} appears twice in {key}; keep one or rename it")


def named_from(folder: Path, model: Path) -> str:
    """How a suite in a folder names a checkpoint by its path; without one it may be one of this project."""
    path = os.path.relpath(model.resolve(), folder.resolve())
    return path if os.sep in path else f"./{path}"


def _model_folder(document: Document, index: int, case: ModelCase) -> Path | None:
    """A checkpoint of this project by its name, or a folder by its path from the suite's."""
    shipped, own = CHECKPOINTS / case.model, document.path.parent / case.model
    if Path(case.model).name != case.model:
        return own if own.is_dir() else None
    if shipped.is_dir() and (own / "polynomial.json").is_file() and own.resolve() != shipped.resolve():
        document.fail(
            ("cases", index, "model"),
            f"{shown(case.model)} is a checkpoint of this project and a folder beside the suite; write "
            f"./{case.model} for the folder, or rename it",
        )
    return next((folder for folder in (shipped, own) if folder.is_dir()), None)


def _missing(document: Document, index: int, case: ModelCase) -> str:
    """The sentence about a checkpoint that is not here; one that no recipe makes is a mistake in the file."""
    place, sentence = ("cases", index, "model"), f"no model is called {shown(case.model)}"
    making = command(case.model)
    if making is None:
        known = sorted(folder.name for folder in CHECKPOINTS.glob("*") if folder.is_dir())
        document.fail(place, sentence + did_you_mean(case.model, known))
    return document.told(place, f"{sentence}; make it with {making}")
