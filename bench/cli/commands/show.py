"""`bench show`: what the records of a folder say, on one screen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.refused import name_refused, sound
from bench.cli.screen import Screen
from bench.cli.standings import BY, overview
from bench.cli.tables import ending
from bench.errors import UserError
from bench.spec.typed import typed
from models.names import did_you_mean
from reports.divisions import standings
from reports.html.glance import RANKINGS
from reports.record import Record
from reports.store import load_output


@click.command(
    epilog=examples(
        "bench show results",
        "bench show results --case digits --by precision",
        "bench show results --full",
    )
)
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--case", multiple=True, metavar="NAME", help="Only this case; may be repeated.")
@click.option(
    "--by",
    type=click.Choice(list(RANKINGS)),
    default=BY,
    show_default=True,
    help="What is best: time a sample, the wait for one input, bits, the evaluator's memory, bytes to it.",
)
@click.option("--full", is_flag=True, help="Every measure of every cell too, as `bench run` prints them.")
@click.option("--json", "as_json", is_flag=True, help="Print the ranking as JSON.")
def show(results: Path, case: tuple[str, ...], by: str, full: bool, as_json: bool) -> int:
    """Rank what the records under RESULTS measured: the newest build of each cell, the best first.

    Of several cases the best of each division is told, of one case everything. Cells in which the key owner
    answers round trips and those in which nobody is asked are two divisions and never one ranking; so are
    secure and INSECURE ones, and other threads.

    Exit status: 1 where a line of RESULTS was refused.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    records = _of(sound(loaded, results), case)
    screen = Screen()
    if as_json:
        screen.document(json.dumps(_document(records, by), indent=1) + "\n")
        return int(bool(loaded.refused))
    for table in ending(records) if full else ():
        screen.print(table)
    tables, unfinished = overview(records, screen.width, by)
    for table in tables:
        screen.print(table)
    for line in unfinished:
        screen.say(line)
    screen.say(_next(results, records))
    return int(bool(loaded.refused))


def _of(records: Sequence[Record], cases: Sequence[str]) -> list[Record]:
    """The records of these cases, of all where none is named."""
    known = dict.fromkeys(record.case for record in records)
    for name in cases:
        if name not in known:
            raise UserError(f"no case is called {name!r}{did_you_mean(name, known)}")
    return [record for record in records if not cases or record.case in cases]


def _next(results: Path, records: Sequence[Record]) -> str:
    cases = list(dict.fromkeys(record.case for record in records))
    if len(cases) > 1:
        return f"next: {typed('show', results, '--case', cases[0])}, for all of one case"
    page = typed("report", results, "--output", "report.html")
    return f"next: {page}, for drift, memory and every figure"


def _document(records: Sequence[Record], by: str) -> list[dict[str, object]]:
    """A row for each cell that ended ok, with its place in its division."""
    return [
        {
            **division._asdict(),
            "place": number,
            "backend": place.record.backend,
            "parameters": place.record.set_title,
            "parameter_set": place.record.parameter_set,
            "by": by,
            "value": place.value,
            "ratio": place.ratio,
            "under_floor": place.under,
            "processes": place.processes,
            "key": place.record.key,
        }
        for division, places in standings(records, RANKINGS[by]).divisions.items()
        for number, place in enumerate(places, start=1)
    ]
