"""`bench noise`: the noise that is told of primitives, held against records of them, and shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from backends.registry import available
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.errors import UserError
from bench.run.prediction.noise import Held, held, reduction_factors, with_factors, write
from reports.store import load_output


@click.command(epilog=examples("bench noise results"))
@click.argument("results", type=click.Path(path_type=Path))
def noise(results: Path) -> int:
    """Hold the noise of primitives against RESULTS, and write what formulas do not tell to `noise.json`.

    RESULTS are records of suites/primitives.yaml and suites/bootstrap.yaml, or of their toy sizes. Each
    backend's file is replaced. Lines that are refused are named on standard error.
    """
    loaded = load_output(results)
    name_refused(loaded.refused)
    screen, written = Screen(), 0
    for name, descriptor in available().items():
        records = [stored.record for stored in loaded.stored if stored.record.backend == name]
        if descriptor.noise is None or not records:
            continue
        found, path = held(records, descriptor), descriptor.noise.figures
        factors = reduction_factors(found, descriptor.noise)
        if factors:
            found = held(records, replace(descriptor, noise=with_factors(descriptor.noise, factors)))
        screen.print(table(f"{name}: bits by the mean error, told / measured", _columns(found).items()))
        if path is not None and found:
            write(path, found, factors, records)
            screen.say(f"{path}: {len(found)} primitives")
            written += 1
    if not written:
        raise UserError(f"{results} has no record of primitives with bits; run suites/primitives_toy.yaml")
    return 0


def _columns(found: list[Held]) -> dict[str, dict[str, str]]:
    columns: dict[str, dict[str, str]] = {}
    for one in found:
        columns.setdefault(one.parameter_set, {})[one.primitive] = f"{one.told:.1f} / {one.measured:.1f}"
    return columns
