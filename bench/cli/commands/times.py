"""`bench times`: what the prediction of times is fitted to, from records into each backend's folder."""

from __future__ import annotations

from pathlib import Path

import click

from backends.registry import available
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from bench.environments.declaration import DEFAULT_BUILD
from bench.errors import UserError
from bench.run.prediction.figures import Figures, of_build
from reports.store import load_output


@click.command(
    epilog=examples(
        "bench times results",
    )
)
@click.argument("results", type=click.Path(path_type=Path))
def times(results: Path) -> int:
    """Write the times of RESULTS where `bench plan` finds them: `times.json` in each backend's folder.

    They replace those that are there. It is done on a quiet machine, before a release; on any other machine
    `bench plan --from RESULTS` predicts from its own records. Records of another build of a library than the
    usual one are left out. Lines that are refused are named on standard
    error.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    records = of_build((stored.record for stored in loaded.stored), DEFAULT_BUILD)
    screen, written = Screen(), 0
    for name, descriptor in available().items():
        figures = Figures.of(records, name)
        if figures is not None and descriptor.times is not None:
            figures.write(descriptor.times)
            screen.say(f"{descriptor.times}: {len(figures.measured)} records of {figures.cpu}")
            written += 1
    if not written:
        raise UserError(f"{results} has no record of a backend that ships times; run suites/primitives.yaml")
    return 0
