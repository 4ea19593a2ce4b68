"""`bench report`: the records of runs as one HTML file."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.known_polynomials import known_polynomials
from bench.cli.named_sets import named_sets
from bench.cli.refused import name_refused, sound
from bench.cli.screen import Screen
from bench.cli.writing import prepare
from reports.figures import size
from reports.history import History, load
from reports.html.page import render
from reports.store import load_outputs


@click.command(
    epilog=examples(
        "bench report results --output report.html",
    )
)
@click.argument(
    "results",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option(
    "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The HTML file to write."
)
@click.option(
    "--history",
    "past",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What `bench gate --history` wrote: measures are drawn over its commits.",
)
def report(results: tuple[Path, ...], output: Path, past: Path | None) -> int:
    """Write one HTML file about the records under DIR; lines that are refused are named in it, and here."""
    prepare(output)
    screen = Screen(stderr=True)
    with screen.status("reading the records"):  # which only a terminal shows
        loaded = load_outputs(results)
    gates = History() if past is None else load(past)
    refused = [*loaded.refused, *gates.refused]
    name_refused(refused)
    records = sound(loaded, *results)
    sources = [str(path) for path in results]
    with screen.status("what the records say together") as status:
        page = render(
            records,
            refused,
            sources,
            datetime.now(timezone.utc),
            gates.entries,
            named_sets(records),
            known_polynomials({record.origin.model for record in records if record.origin is not None}),
            lambda count: status.update(f"{count} of {len(records)} records are on the page"),
        )
    output.write_text(page, encoding="utf-8")
    written = size(output.stat().st_size)
    screen.say(f"{output}: {len(records)} record{'s' * (len(records) != 1)}, {written}")
    return int(bool(refused))
