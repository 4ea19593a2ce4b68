"""`bench tune`: which library and parameters for a model, and the suite that checks it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import psutil
from rich.table import Table

from backends.parameters import COEFFICIENTS_TO_SLOTS_FIRST, SLOTS_TO_COEFFICIENTS_FIRST
from backends.registry import Descriptor, available, get, simulates
from bench.cli.commands.options import THREADS
from bench.cli.examples import examples
from bench.cli.listing import score
from bench.cli.screen import Screen
from bench.cli.verifying import verified
from bench.cli.writing import prepare
from bench.errors import UserError
from bench.run.clear_rungs import unseen
from bench.run.tuning.search import Choice, Goal, Search, front
from bench.run.tuning.written import alias, suite_text
from bench.run.workload import Workload, load_workload
from bench.spec.cases import ModelCase
from bench.spec.file import MOST_BITS
from bench.spec.suite import SUITES, Suite, find_suite, load_suite
from bench.spec.typed import typed
from models.names import did_you_mean
from reports.figures import size

REFRESHES = {None: ("round_trip", "bootstrap"), True: ("round_trip",), False: ("bootstrap",)}
#: So many choices of each kind of refresh are shown and written, the fastest.
SHOWN = 8
#: Kinds of bootstrap, as a table has room for them.
KINDS = {COEFFICIENTS_TO_SLOTS_FIRST: "CtS", SLOTS_TO_COEFFICIENTS_FIRST: "StC"}
#: Headings of columns that may break into lines, the others being short.
BROKEN = ("first / scale", "depth / digits", "s a sample")
#: A case's model in a suite, found without reading all of every suite.
_MODEL = re.compile(r"\bmodel: ([A-Za-z0-9_-]+)")


@click.command(
    epilog=examples(
        "bench tune vit_tiny --bits 14",
        "bench tune vit_tiny --bits 12 --non-interactive --threads 2 --memory 22",
        "bench tune vit_tiny --rtt 20 --output tuned.yaml --verify 3",
        "bench tune degrees --non-interactive --threads 2",
    )
)
@click.argument("model")
@click.option(
    "--bits",
    type=click.FloatRange(1, MOST_BITS),
    default=14.0,
    show_default=True,
    help="Bits of precision wanted.",
)
@click.option(
    "--interactive/--non-interactive",
    default=None,
    help="Refreshes by the key owner (round trips) or by bootstraps; both where neither is said.",
)
@click.option("--backend", multiple=True, metavar="NAME", help="Only this backend; may be repeated.")
@click.option("--memory", type=click.FloatRange(0.1), help="Gigabytes of the evaluator; else this machine's.")
@THREADS
@click.option(
    "--samples",
    type=click.Choice(["single", "batch"]),
    default="batch",
    show_default=True,
    help="Whether one sample is to be fast, or a sample of many.",
)
@click.option(
    "--rtt", type=click.FloatRange(0), default=0.0, help="Milliseconds that the network adds to a round trip."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the front as JSON, and everything else to standard error."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the suite that checks it here."
)
@click.option("--verify", type=click.IntRange(1), help="Run so many of the best; it needs --output.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Where runs of --verify are kept, a folder each.",
)
def tune(
    model: str,
    bits: float,
    interactive: bool | None,
    backend: tuple[str, ...],
    memory: float | None,
    threads: int,
    samples: str,
    rtt: float,
    as_json: bool,
    output: Path | None,
    verify: int | None,
    results: Path,
) -> int:
    """Search libraries and parameter sets for MODEL, and tell the best in time, memory and bits.

    MODEL is a checkpoint that a suite names, or a suite, all of whose models are searched: polynomials of
    several degrees are models of their own (suites/degrees.yaml). Nothing is encrypted: seconds and memory
    are predicted, and bits are those of the simulator with the noise of each library. Exit status: 1 where no
    set reaches the bits.
    """
    if verify and output is None:
        raise UserError("--verify runs the suite that --output writes; say where")
    if output is not None and output.exists():
        raise UserError(f"{output} is there already; choose another name, or move it away")
    (suite, cases), libraries = _cases(model), _backends(backend)
    prepare(output)
    memory_bytes = int(memory * 1e9) if memory else psutil.virtual_memory().total
    goal = Goal(bits, REFRESHES[interactive], memory_bytes, threads, rtt / 1000)
    count = 1 if samples == "single" else max(one.samples for one in suite.parameter_sets)
    notes, screen = Screen(stderr=True), Screen()
    found = [
        choice
        for case in cases
        for search in [Search(_workload(suite, case, count), case, goal, _simulator(), notes.say)]
        for one in libraries
        for choice in search.choices(one)
    ]
    by_division = {
        (case, refresh): [one for one in found if (one.case, one.refresh) == (case.name, refresh)]
        for refresh in goal.refreshes
        for case in cases
    }
    best = [choice for one in by_division.values() for choice in front(one, goal)[:SHOWN]]
    if as_json:
        screen.document(json.dumps([_plain(one) for one in best], indent=1) + "\n")
    else:
        _tell(screen, suite, by_division, best, goal)
    if not best:
        return 1
    if output is not None:
        output.write_text(suite_text(suite, best, goal, count, output.parent))
        notes.say(f"{output}: run it with {typed('run', output)}")
    if not verify or output is None:
        return 0
    return verified(output, best, verify, results, notes if as_json else screen)


def _cases(model: str) -> tuple[Suite, list[ModelCase]]:
    """The models of a suite, or the one that is named, and the suite.

    Raises:
        UserError: there is none.
    """
    named = model in {path.stem for path in SUITES.glob("*.yaml")} - set(_models())
    path = find_suite(model) if named or Path(model).is_file() else _naming(model)
    suite = load_suite(str(path), list(available()))
    of_models = [case for case in suite.cases if isinstance(case, ModelCase)]
    if not of_models:
        raise UserError(f"{path} has no case of a model; name another suite")
    return suite, [case for case in of_models if case.model == model][:1] or of_models


def _workload(suite: Suite, case: ModelCase, count: int) -> Workload:
    folder = suite.model_folders.get(case.name)
    if folder is None:
        raise UserError(suite.missing[case.name])
    return load_workload(folder, case.data, count, None, unseen, case.first_sample)


def _models() -> dict[str, Path]:
    """Every model that a suite names: the suite of the same name, or the first."""
    known: dict[str, Path] = {}
    for path in sorted(SUITES.glob("*.yaml")):
        for name in _MODEL.findall(path.read_text()):
            if name not in known or path.stem == name:
                known[name] = path
    return known


def _naming(model: str) -> Path:
    known = _models()
    if model not in known:
        raise UserError(f"no suite has the model {model!r}{did_you_mean(model, known)}")
    return known[model]


def _backends(asked: Sequence[str]) -> list[Descriptor]:
    """Real backends that tell their noise.

    Raises:
        BackendError, UserError: one of those asked for is unknown, or tells none.
    """
    for name in asked:
        if get(name).noise is None:
            told = ", ".join(one for one, found in available().items() if found.noise is not None)
            raise UserError(f"{name} does not tell its noise; choose of {told}")
    return [one for name, one in available().items() if one.noise is not None and name in (asked or [name])]


def _simulator() -> Descriptor:
    return next(one for name, one in available().items() if simulates(name))


def _tell(
    screen: Screen,
    suite: Suite,
    by_division: Mapping[tuple[ModelCase, str], Sequence[Choice]],
    best: Sequence[Choice],
    goal: Goal,
) -> None:
    """The fronts by model and refresh, which are divisions and no ranking of all."""
    for (case, refresh), found in by_division.items():
        reached = score(suite.model_folders[case.name])
        kind = f"{', '.join(filter(None, (case.model, reached)))}, by {refresh.replace('_', ' ')}"
        fit = [one for one in best if (one.case, one.refresh) == (case.name, refresh)]
        if fit:
            rows = [{"choice": alias(one, best), **_row(one)} for one in fit]
            screen.print(_table(kind, rows))
        else:
            most = max((one.bits or 0.0 for one in found), default=None)
            told = "no set was found" if most is None else f"of {goal.bits:g} bits the most is {most:.1f}"
            screen.say(f"{kind}: {told}")
    if any(one.parameters.bootstrap is not None for one in best):
        screen.say("bootstraps: StC begins with slots to coefficients, CtS with coefficients to slots")
    screen.say("seconds, memory and bits are predicted; check them with --output and --verify")


def _table(title: str, rows: Sequence[Mapping[str, str]]) -> Table:
    """A choice a row."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, min_width=len(title))
    for heading in rows[0]:
        made.add_column(heading, no_wrap=heading not in BROKEN)
    for row in rows:
        made.add_row(*row.values())
    return made


def _row(one: Choice) -> Mapping[str, str]:
    at = one.parameters
    kind = "" if at.bootstrap is None else f" {KINDS[at.bootstrap.kind]}"
    return {
        "backend": one.backend,
        "N": f"2^{at.log_n}",
        "first / scale": f"{at.first_modulus_bits} / {at.scale_bits}",
        "depth / digits": f"{at.depth} / {at.digits}{kind}",
        "refreshes": str(one.refreshes),
        "s a sample": f"{one.seconds:.3g}",
        "evaluator": size(one.prediction.evaluator_bytes),
        "bits": f"{one.bits:.1f}",
    }


def _plain(one: Choice) -> dict[str, object]:
    return {
        "model": one.model,
        "backend": one.backend,
        "parameter_set": one.parameters.name,
        "refresh": one.refresh,
        "program": one.program,
        "samples": one.samples,
        "per_sample_s": one.seconds,
        "refreshes": one.refreshes,
        "evaluate_s": one.prediction.seconds["evaluate_s"],
        "evaluator_bytes": one.prediction.evaluator_bytes,
        "bits": one.bits,
    }
