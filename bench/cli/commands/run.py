"""`bench run`: every cell of a suite, each to a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bench.cli.commands.options import EXECUTOR, selection
from bench.cli.examples import examples
from bench.cli.progress import Display
from bench.cli.screen import Screen
from bench.cli.standings import overview
from bench.cli.tables import ending
from bench.environments.declaration import DEFAULT_BUILD
from bench.errors import UserError
from bench.fleet.engine import started
from bench.fleet.sweep import swept
from bench.remote.machine import Machine
from bench.run.listener import Listener
from bench.run.service import Service, is_failure
from bench.spec.cells import Cell
from bench.spec.file import MOST_REPEATS
from bench.spec.selection import Selection
from bench.spec.typed import typed
from reports.export import to_json
from reports.record import Record, nothing_measured


@click.command(
    epilog=examples(
        "bench run toy --backend tenseal",
        "bench run vit_tiny --parameters shared14 --rounds 10",
        "bench run toy --backend cleartext --samples 4 --json",
        "bench run toy --executor dask --output results",
    )
)
@selection
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Where runs are kept, a folder each.",
)
@click.option("--fresh", is_flag=True, help="Run cells again that a kept run has answered.")
@click.option("--probes", is_flag=True, help="Decrypt every layer to see where precision goes; never timed.")
@click.option(
    "--audit",
    is_flag=True,
    help="Count at the library's own calls, and fail where adapter or plan say otherwise; never timed.",
)
@click.option(
    "--build",
    default=DEFAULT_BUILD,
    show_default=True,
    help="Which build of the libraries, such as hexl (Intel HEXL) where a backend declares it.",
)
@click.option(
    "--evaluator",
    metavar="HOST:PORT",
    help="Have evaluators run on another machine, where `bench serve` listens.",
)
@click.option(
    "--certificates",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("key_owner"),
    show_default=True,
    help="The certificates of this end, for --evaluator.",
)
@click.option(
    "--keep-parties",
    is_flag=True,
    help="Keep what the evaluator of a failed cell held beside its logs; nothing of the key owner's.",
)
@click.option(
    "--rounds", type=click.IntRange(1, MOST_REPEATS), help="Fresh processes a cell, in turns with the others."
)
@EXECUTOR
@click.option(
    "--quiet", is_flag=True, help="Show no progress and no table: what did not end ok, and where it is."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the records as JSON, and progress to standard error."
)
def run(
    output: Path,
    fresh: bool,
    probes: bool,
    audit: bool,
    build: str,
    evaluator: str | None,
    certificates: Path,
    keep_parties: bool,
    rounds: int | None,
    executor: str | None,
    quiet: bool,
    as_json: bool,
    **selected: object,
) -> int:
    """Run the cells of SUITE, a path or a name under suites/.

    Exit status: 1 where a cell failed, or nothing could be measured.
    """
    asked = Selection(**selected)  # type: ignore[arg-type]
    if evaluator is not None and (audit or keep_parties):
        raise UserError(
            "--audit and --keep-parties are for evaluators on this machine; leave out --evaluator"
        )
    if executor is not None and (evaluator is not None or keep_parties):
        raise UserError("--evaluator and --keep-parties are for cells of this machine; leave out --executor")
    cells = asked.cells()
    screen = Screen(stderr=as_json)
    with Display(screen) as display:
        service = Service(
            output,
            Listener() if quiet else display,
            fresh=fresh,
            probes=probes,
            keep_parties=keep_parties,
            audit=audit,
            build=build,
            machine=None if evaluator is None else Machine(evaluator, certificates),
        )
        records = list(_records(service, cells, rounds, executor))
    if as_json:
        Screen().document(to_json(records))
    tables, unfinished = overview(records, screen.width)
    for table in () if quiet or as_json else (*ending(records), *tables):
        screen.print(table)
    for line in unfinished:
        screen.say(line)
    screen.say(f"records: {service.folder}" if service.folder else "every cell was answered by a kept run")
    if nothing_measured(records):
        screen.say("nothing was measured: no cell could run on its backend")
        screen.say(f"next: {typed('doctor')}, which says what each backend lacks")
        return 1
    page = typed("report", output, "--output", "report.html")
    screen.say(f"next: {typed('show', output)}, or {page}")
    if service.misplaced:
        screen.say(f"not everything could be kept where it belongs: {service.misplaced} times, as told above")
        return 1
    return int(any(is_failure(record, asked.backend) for record in records))


def _records(
    service: Service, cells: Sequence[Cell], rounds: int | None, executor: str | None
) -> Iterator[Record]:
    """The cells' records, made here one after the other, or on the machines of an engine."""
    if executor is None:
        yield from service.records(cells, rounds)
        return
    with started(executor, service.output) as engine:
        yield from swept(service, engine, cells, rounds)
