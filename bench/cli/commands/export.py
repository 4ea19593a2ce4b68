"""`bench export`: records for people and other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from bench.cli.bootstraps import to_bootstraps
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from reports import export as exports
from reports.exports.fhe_benchmarking import to_fhe_benchmarking
from reports.exports.junit import to_junit
from reports.exports.ladder import to_ladder
from reports.record import Record, nothing_measured
from reports.store import load_output

FORMATS: Mapping[str, Callable[[Sequence[Record]], str]] = {
    "json": exports.to_json,
    "csv": exports.to_csv,
    "markdown": exports.to_markdown,
    "junit": to_junit,
    "fhe-benchmarking": to_fhe_benchmarking,
    "bootstraps": to_bootstraps,
    "ladder": to_ladder,
}


@click.command(
    epilog=examples(
        "bench export results",
        "bench export results --format csv > records.csv",
    )
)
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format",
    "chosen",
    type=click.Choice(list(FORMATS)),
    default="json",
    show_default=True,
    help="ladder is a table of models side by side, bootstraps one of bootstraps measured alone.",
)
def export(results: Path, chosen: str) -> int:
    """Print the records under RESULTS; lines that are refused are named on standard error.

    Exit status: 1 where a line was refused, and, for a continuous integration service (junit), where nothing
    was measured.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    records = [stored.record for stored in loaded.stored]
    Screen().document(FORMATS[chosen](records))
    measured_nothing = chosen == "junit" and nothing_measured(records)
    if measured_nothing:
        Screen(stderr=True).say(f"nothing was measured: no cell under {results} could run on its backend")
    return int(bool(loaded.refused) or measured_nothing)
