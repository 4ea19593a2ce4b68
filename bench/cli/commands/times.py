"""`bench times`: what the prediction of times is fitted to, from records into each backend's folder."""

from __future__ import annotations

from pathlib import Path

import click

from backends.registry import available
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from bench.cli.shipping import WRITE, Shipping
from bench.environments.declaration import DEFAULT_BUILD
from bench.errors import UserError
from bench.run.prediction.figures import Figures, of_build
from reports.store import load_output


@click.command(
    epilog=examples(
        "bench times results",
        "bench times results --write",
    )
)
@click.argument("results", type=click.Path(path_type=Path))
@WRITE
def times(results: Path, write: bool) -> int:
    """Tell what times of RESULTS would be shipped, and with --write put them where `bench plan` finds them.

    That is `times.json` in each backend's folder, whose times they replace. It is done on a quiet machine,
    before a release; on any other machine `bench plan --from RESULTS` predicts from its own records. Records
    of another build of a library than the usual one are left out. Lines that are refused are named on
    standard error.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    records = of_build((stored.record for stored in loaded.stored), DEFAULT_BUILD)
    shipping = Shipping(Screen(), ("times", results), write)
    for name, descriptor in available().items():
        figures = Figures.of(records, name)
        if figures is not None and descriptor.times is not None:
            there = Figures.shipped(descriptor)
            before = None if there is None else there.told
            shipping.ship(descriptor.times, figures.told, before, figures.write)
    if not shipping.files:
        raise UserError(f"{results} has no record of a backend that ships times; run suites/primitives.yaml")
    shipping.end()
    return 0
