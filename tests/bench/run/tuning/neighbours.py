"""Neighbours of a parameter set: whether what `bench tune` chose is as fast as what one would try by hand.

    python -m bench tune vit_tiny --bits 14 --interactive --backend tenseal --output tuned.yaml
    python -m tests.bench.run.tuning.neighbours suite tuned.yaml choice1 --samples 32 > neighbours.yaml
    python -m bench run neighbours.yaml --output beside
    python -m tests.bench.run.tuning.neighbours table beside

`suite` writes the set and ten beside it, each of which changes one or two things of it, and every set that
the model's own suite ships for that backend and kind of refresh. `table` prints what they took.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import yaml

from backends.errors import BackendError
from backends.levels import check_levels
from backends.parameters import BOOTSTRAP_KINDS, ParameterSet
from backends.planner import refresh_for
from backends.registry import Descriptor, available, get
from backends.security import judge, nominal
from bench.interface import load_records
from bench.run.tuning.written import literal
from bench.run.workload import load_workload
from bench.spec.cases import ModelCase
from bench.spec.suite import SUITES, Suite, SuiteParameterSet, load_suite
from models.graph import Graph
from reports.markdown import table
from reports.record import Record, Status

#: So many are held against a choice.
NEIGHBOURS = 10
CHOICE = "choice"
#: By how much the ring, the levels and the digits change, the nearest first; all with the scale of the choice
#: or the largest below it that is secure.
STEPS = (
    *((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0), (-1, 1, 0), (-1, -1, 0)),
    *((0, 2, 0), (0, 0, 2), (1, 1, 0), (0, 1, 1), (1, -1, 0), (0, 1, -1), (0, -1, -1), (-1, 2, 0)),
    *((0, 3, 0), (1, 2, 0), (0, 4, 0), (1, 3, 0), (0, 2, 1), (1, 0, 1), (0, 5, 0), (1, 4, 0)),
    *((-2, 0, 0), (-2, -1, 0), (2, 0, 0), (2, 1, 0), (2, 2, 0)),
)
#: Seconds are of the evaluation, a sample; the last is a ratio of the processor's.
HEADINGS = (
    *("set", "N", "first / scale", "depth / digits", "bits", "told, s", "took, s", "processor, s"),
    "to the choice",
)
#: Of a bootstrap, the levels of its two linear transforms.
BUDGETS = ((3, 2), (2, 3), (4, 3), (3, 4))


def neighbours(at: ParameterSet, refresh: str, descriptor: Descriptor, graph: Graph) -> list[ParameterSet]:
    """Ten sets beside one that the backend can use for a model, at 128 bits."""
    found: dict[tuple[object, ...], ParameterSet] = {}
    for one in _beside(at):
        usable = _secure(one, refresh, descriptor, graph)
        if usable is not None and _shape(usable) != _shape(at):
            found.setdefault(_shape(usable), usable)
    return list(found.values())[:NEIGHBOURS]


def _shape(at: ParameterSet) -> tuple[object, ...]:
    """What decides what a set costs: all but how large the primes of Q are."""
    return at.log_n, at.depth, at.digits, at.bootstrap, at.special_primes


def _beside(at: ParameterSet) -> Iterator[ParameterSet]:
    """Sets of which one or two things are others; whether they can be used is not asked."""
    yield from _bootstraps(at)
    each_prime = at.digits == at.depth + 1
    for ring, levels, digits in STEPS:
        depth = at.depth + levels
        count = depth + 1 if each_prime and digits == 0 else at.digits + digits
        if 10 <= at.log_n + ring <= 17 and 1 <= count <= depth + 1 and depth >= 1:
            yield _other(at, log_n=at.log_n + ring, depth=depth, digits=count)


def _bootstraps(at: ParameterSet) -> Iterator[ParameterSet]:
    """The other kind of bootstrap, and other budgets of levels."""
    if at.bootstrap is None:
        return
    (kind,) = (one for one in BOOTSTRAP_KINDS if one != at.bootstrap.kind)
    gap = at.first_modulus_bits - at.scale_bits if kind == BOOTSTRAP_KINDS[0] else None
    yield replace(at, bootstrap=replace(at.bootstrap, kind=kind, correction_factor=gap))
    for budget in BUDGETS:
        more = sum(budget) - sum(at.bootstrap.level_budget)
        bootstrap = replace(at.bootstrap, level_budget=budget, depth=at.bootstrap.depth + more)
        yield replace(at, bootstrap=bootstrap, depth=at.depth + more)


def _other(at: ParameterSet, **changed: int) -> ParameterSet:
    try:
        return replace(at, **changed)  # type: ignore[arg-type]
    except BackendError:
        return at


def _secure(at: ParameterSet, refresh: str, descriptor: Descriptor, graph: Graph) -> ParameterSet | None:
    """The set with its scale or the largest below it at which it is secure; None where there is none."""
    gap = at.first_modulus_bits - at.scale_bits
    for scale in range(at.scale_bits, 19, -1):
        one = replace(at, scale_bits=scale, first_modulus_bits=scale + gap)
        if not judge(nominal(one)).secure:
            continue
        try:
            capabilities = descriptor.capabilities(one)
            check_levels(graph, one, refresh_for(refresh, one, capabilities))
        except BackendError:
            continue
        if capabilities.security is None or judge(capabilities.security).secure:
            return one
    return None


def shipped(model: str, refresh: str, backend: str) -> list[SuiteParameterSet]:
    """The sets that the model's own suite has for a backend and a kind of refresh."""
    if not (SUITES / f"{model}.yaml").is_file():
        return []
    sets = load_suite(model, list(available())).parameter_sets
    return [one for one in sets if one.refresh == refresh and backend in one.backends and one.planned]


def suite_of(tuned: Path, alias: str, backend: str | None, samples: int | None, rounds: int) -> str:
    """The suite of a choice, of its neighbours and of the sets that are shipped."""
    suite = load_suite(str(tuned), list(available()))
    chosen = next(one for one in suite.parameter_sets if one.alias == alias)
    name = backend or chosen.backends[0]
    content = yaml.safe_load(tuned.read_text())
    sets = [_literal(CHOICE, chosen.parameters, chosen, name)]
    graph = _graph(suite, chosen)
    beside = neighbours(replace(chosen.parameters, security=128), chosen.refresh, get(name), graph)
    sets += [_literal(f"neighbour{place}", one, chosen, name) for place, one in enumerate(beside, start=1)]
    case = next(one for one in suite.cases if isinstance(one, ModelCase) and one.name in chosen.cases)
    there = [(one.log_n, one.depth, one.digits, one.scale_bits) for one in (chosen.parameters, *beside)]
    for one in shipped(case.model, chosen.refresh, name):
        at = one.parameters
        if (at.log_n, at.depth, at.digits, at.scale_bits) not in there and one.threads == chosen.threads:
            sets.append(_literal(f"shipped_{one.alias}", at, one, name))
    content["suite"] = f"beside_{content['suite']}"
    content["title"] = f"{alias} of {tuned.name} on {name}, ten neighbours and what is shipped"
    content["parameter_sets"] = sets
    content["rounds"] = rounds
    content["samples"] = samples or content["samples"]
    content["limits"]["precision_bits"] = 1  # a neighbour may fall short
    return yaml.safe_dump(content, sort_keys=False, width=120)


def _literal(alias: str, at: ParameterSet, used: SuiteParameterSet, backend: str) -> dict[str, object]:
    return literal(alias, at, used.refresh, used.program, [backend], used.cases)


def _graph(suite: Suite, chosen: SuiteParameterSet) -> Graph:
    (case,) = (one for one in suite.cases if isinstance(one, ModelCase) and one.name in chosen.cases)
    return load_workload(suite.model_folders[case.name], case.data, 1).polynomial


def rows(records: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    """A row a set: what the evaluator took by the clock and by its processor, told and measured."""
    by_set: dict[str, list[Record]] = {}
    for one in records:
        by_set.setdefault(one.set_title, []).append(one)
    choice = _took(by_set[CHOICE], "evaluate_cpu_s")
    for title, runs in by_set.items():
        at = ParameterSet.named(runs[0].parameter_set)
        bootstrap = "" if at.bootstrap is None else f", {at.bootstrap.name}"
        fine = [one for one in runs if one.status is Status.OK]
        yield (
            title,
            f"2^{at.log_n}",
            f"{at.first_modulus_bits} / {at.scale_bits}",
            f"{at.depth} / {at.digits}{bootstrap}",
            *(_figures(fine, choice) if fine else (runs[0].status.value, "", "", "", "")),
        )


def _figures(runs: Sequence[Record], choice: float) -> tuple[str, ...]:
    bits = min(one.ladder.precision_bits or 0.0 for one in runs)
    told, wall, cpu = (_took(runs, f"{name}_s") for name in ("planned_evaluate", "evaluate", "evaluate_cpu"))
    return f"{bits:.1f}", f"{told:.3f}", f"{wall:.3f}", f"{cpu:.3f}", f"{cpu / choice:.2f}"


def _took(runs: Sequence[Record], name: str) -> float:
    """The median of a part of the latency, a sample."""
    return median((getattr(one.latency, name) or 0.0) / one.samples for one in runs)


def main(arguments: Sequence[str]) -> None:
    """Write the suite, or print the table."""
    parser = argparse.ArgumentParser(description="neighbours of a choice of bench tune")
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("suite")
    writing.add_argument("tuned", type=Path)
    writing.add_argument("alias")
    writing.add_argument("--backend")
    writing.add_argument("--samples", type=int)
    writing.add_argument("--rounds", type=int, default=1)
    commands.add_parser("table").add_argument("results", type=Path, nargs="+")
    asked = parser.parse_args(arguments)
    if asked.command == "suite":
        text = suite_of(asked.tuned, asked.alias, asked.backend, asked.samples, asked.rounds)
    else:
        records = load_records(*asked.results)
        backends = dict.fromkeys(one.backend for one in records)
        tables = [table(HEADINGS, rows([one for one in records if one.backend == name])) for name in backends]
        text = "\n\n".join(f"{name}\n\n{found}" for name, found in zip(backends, tables, strict=True)) + "\n"
    sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
