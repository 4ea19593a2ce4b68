"""`bench noise`: the noise that is told of primitives, held against records of them, and shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table

from backends.registry import available
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from bench.cli.shipping import WRITE, Shipping
from bench.errors import UserError
from bench.run.prediction.noise import Figures, Held, held, reduction_factors, with_factors
from reports.figures import ABSENT
from reports.store import load_output


@click.command(epilog=examples("bench noise results", "bench noise results --write"))
@click.argument("results", type=click.Path(path_type=Path))
@WRITE
def noise(results: Path, write: bool) -> int:
    """Hold the noise of primitives against RESULTS; with --write ship what formulas do not tell.

    RESULTS are records of suites/primitives.yaml and suites/bootstrap.yaml, or of their toy sizes. What is
    shipped is `noise.json` in each backend's folder, which is replaced. Lines that are refused are named on
    standard error.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    screen = Screen()
    shipping = Shipping(screen, ("noise", results), write)
    for name, descriptor in available().items():
        records = [stored.record for stored in loaded.stored if stored.record.backend == name]
        if descriptor.noise is None or not records:
            continue
        found, path = held(records, descriptor), descriptor.noise.figures
        factors = reduction_factors(found, descriptor.noise)
        if factors:
            found = held(records, replace(descriptor, noise=with_factors(descriptor.noise, factors)))
        screen.print(_table(name, found))
        if path is not None and found:
            there = Figures.shipped(path)
            # Records tell no factor of rings at which they have no bootstrap; those that are shipped stay.
            before = {} if there is None else there.factors
            figures = Figures.of(found, before | factors, records)
            shipping.ship(path, figures.told, None if there is None else there.told, figures.write)
    if not shipping.files:
        raise UserError(f"{results} has no record of primitives with bits; run suites/primitives_toy.yaml")
    shipping.end()
    return 0


def _table(name: str, found: list[Held]) -> Table:
    """A row a parameter set, whose long name is folded, and a column a primitive."""
    primitives = list(dict.fromkeys(one.primitive for one in found))
    bits = {(one.parameter_set, one.primitive): f"{one.told:.1f} / {one.measured:.1f}" for one in found}
    made = Table(title=f"{name}: bits by the mean error, told / measured", title_justify="left")
    made.add_column("parameter set", overflow="fold")
    for primitive in primitives:
        made.add_column(primitive, no_wrap=True)
    for at in dict.fromkeys(one.parameter_set for one in found):
        made.add_row(at, *(bits.get((at, primitive), ABSENT) for primitive in primitives))
    return made
