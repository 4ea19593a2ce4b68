"""Cells: what a suite and the command line select, as case × backend × parameter set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backends.registry import get, simulates
from bench.errors import UserError
from bench.spec.cases import Case, LayerCase, oversize
from bench.spec.file import MOST_REPEATS, MOST_SAMPLES, MOST_THREADS, Limits
from bench.spec.suite import Suite, SuiteParameterSet
from models.names import did_you_mean


@dataclass(frozen=True)
class Cell:
    """What is planned, isolated, run, limited, resumed, recorded and compared.

    Attributes:
        suite: its name.
        case: what is computed, as the suite has it.
        model_folder: where the checkpoint of a model lies; None of other cases.
        backend: name of a registered backend.
        parameter_set: the parameter set and how it is used; `parameter_set.threads` are the evaluator's.
        samples: how many of the case's held-out samples.
        held_out: how many of them the clear stages of conversion (rungs) are compared on; None for all.
        repeats: evaluations, the first cold.
        rounds: fresh processes, in turns with the other cells.
        limits: what the cell may take and must reach.
    """

    suite: str
    case: Case
    model_folder: Path | None
    backend: str
    parameter_set: SuiteParameterSet
    samples: int
    held_out: int | None
    repeats: int
    rounds: int
    limits: Limits

    @property
    def parameter_set_name(self) -> str:
        """The parameter set's name in records, on the cell's backend."""
        return self.parameter_set.name_on(self.backend)


def expand(
    suite: Suite,
    backends: Sequence[str] = (),
    parameters: Sequence[str] = (),
    cases: Sequence[str] = (),
    samples: int | None = None,
    repeats: int | None = None,
    threads: int | None = None,
    imitate: str | None = None,
) -> list[Cell]:
    """The cells that a suite and the command line's options select, head-to-head ones in a row.

    Without `backends` a parameter set runs on those that it lists. A backend asked for by name runs the sets
    that list it, a simulator all of them; with `parameters` named as well it runs just those, listed or not.
    A simulator that imitates a backend runs the sets that list that one.
    Likewise a set runs the cases that it lists, and with both named just those.
    None and empty stand for what the suite says.

    Raises:
        UserError: a name is unknown, a number is not positive, nothing is selected, or a model is not here.
    """
    _check_range("--samples", samples, MOST_SAMPLES)
    _check_range("--repeats", repeats, MOST_REPEATS)
    _check_range("--threads", threads, MOST_THREADS)
    _check_names("backend", backends, suite.known_backends)
    _check_imitated(imitate, backends)
    selected = _cases(suite, cases)
    chosen = _parameter_sets(suite, parameters)
    cells = [
        _cell(suite, case, backend, _simulated(parameter_set, backend, imitate), samples, repeats, threads)
        for case in selected
        for parameter_set in chosen
        if case.name in parameter_set.cases or (cases and parameters)
        for backend in _backends(parameter_set, backends, named=bool(parameters), imitate=imitate)
    ]
    if not cells:
        raise UserError(_nothing(suite.name, selected, chosen, backends))
    return cells


def _check_range(option: str, number: object, most: int) -> None:
    """A script may give what the command line's own types refuse: text, a fraction, a truth value."""
    if number is None:
        return
    if not isinstance(number, int) or isinstance(number, bool):
        raise UserError(f"{option} is {number!r}; give a whole number from 1 to {most:,}")
    if not 1 <= number <= most:
        raise UserError(f"{option} is {number}; give 1 to {most:,}")


def _cases(suite: Suite, asked: Sequence[str]) -> list[Case]:
    """The suite's cases that were asked for, all without a name; each of them can run."""
    _check_names("case", asked, [case.name for case in suite.cases])
    selected = [case for case in suite.cases if not asked or case.name in asked]
    for case in selected:
        if case.name in suite.missing:
            raise UserError(suite.missing[case.name])
    return selected


def _parameter_sets(suite: Suite, asked: Sequence[str]) -> list[SuiteParameterSet]:
    """The suite's parameter sets that were asked for, all without a name."""
    _check_names("parameter set", asked, [name for one in suite.parameter_sets for name in one.names])
    return [one for one in suite.parameter_sets if not asked or set(asked) & set(one.names)]


def _cell(
    suite: Suite,
    case: Case,
    backend: str,
    parameter_set: SuiteParameterSet,
    samples: int | None,
    repeats: int | None,
    threads: int | None,
) -> Cell:
    """One cell; None stands for what the suite says."""
    own = case.samples if isinstance(case, LayerCase) else None
    if isinstance(case, LayerCase) and samples is not None:
        too_large = oversize(case.layer, samples)
        if too_large is not None:
            raise UserError(f"case {case.name}: {too_large}")
    return Cell(
        suite=suite.name,
        case=case,
        model_folder=suite.model_folders.get(case.name),
        backend=backend,
        parameter_set=parameter_set if threads is None else replace(parameter_set, threads=threads),
        samples=samples or own or parameter_set.samples,
        held_out=suite.held_out,
        repeats=parameter_set.repeats if repeats is None else repeats,
        rounds=suite.rounds,
        limits=parameter_set.limits,
    )


def _nothing(
    suite: str, selected: Sequence[Case], chosen: Sequence[SuiteParameterSet], backends: Sequence[str]
) -> str:
    """Why nothing is selected."""
    names = [case.name for case in selected]
    for_cases = [parameter_set for parameter_set in chosen if set(parameter_set.cases) & set(names)]
    if not for_cases:
        return (
            f"no parameter set of suite {suite} lists {' or '.join(names)}; name a set with --parameters too"
        )
    listed = sorted({backend for parameter_set in for_cases for backend in parameter_set.backends})
    return (
        f"no parameter set of suite {suite} lists {' or '.join(backends)}; they list "
        f"{', '.join(listed)}, or name the set with --parameters"
    )


def turns(cells: Sequence[Cell], rounds: int | None = None) -> Iterator[tuple[int, Cell]]:
    """Every cell once a round, with the number of the round from 0.

    So what changes on the machine in the course of a run falls on all cells alike. Whoever wants fewer rounds
    than another cell takes part in the first ones.

    Args:
        rounds: how many for all cells; None for what each cell says.

    Raises:
        UserError: this is no such number.
    """
    _check_range("--rounds", rounds, MOST_REPEATS)
    wanted = [(cell, cell.rounds if rounds is None else rounds) for cell in cells]
    for number in range(max((count for _, count in wanted), default=0)):
        yield from ((number, cell) for cell, count in wanted if number < count)


def _backends(
    parameter_set: SuiteParameterSet, asked: Sequence[str], named: bool, imitate: str | None
) -> Sequence[str]:
    if not asked:
        return parameter_set.backends
    # A simulator has no types of its own.
    simulated = parameter_set.planned and (imitate is None or imitate in parameter_set.backends)
    return [
        name
        for name in dict.fromkeys(asked)
        if named or (simulated and simulates(name)) or name in parameter_set.backends
    ]


def _simulated(parameter_set: SuiteParameterSet, backend: str, imitate: str | None) -> SuiteParameterSet:
    """What a simulator runs in a set's place, who has no secret key to share; the same on real backends."""
    if not simulates(backend):
        return parameter_set
    parameters = replace(parameter_set.parameters, imitates=imitate, parties=1)
    return replace(parameter_set, parameters=parameters)


def _check_imitated(imitate: str | None, backends: Sequence[str]) -> None:
    """See that what is to be imitated can be, and that a simulator was asked for.

    Raises:
        BackendError: no backend has that name.
        UserError: it does not tell its noise, or nothing would imitate it.
    """
    if imitate is None:
        return
    if get(imitate).noise is None:
        raise UserError(f"{imitate} does not tell its noise; imitate a backend that does")
    if not any(map(simulates, backends)):
        raise UserError("--imitate says what a simulator imitates; choose one with --backend")


def _check_names(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UserError(f"no {what} is called {name!r}{did_you_mean(name, known)}")
