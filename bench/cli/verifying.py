"""The best choices of a search, run, and how far what was predicted of them is off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backends.registry import available
from bench.cli.progress import Display
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.run.service import Service
from bench.run.tuning.search import Choice
from bench.run.tuning.written import alias
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from reports.record import Record, Status


def verified(written: Path, choices: Sequence[Choice], most: int, screen: Screen) -> int:
    """Run the first choices' sets; 1 where a cell failed or was short of bits.

    Args:
        written: the suite of all choices.
        choices: the best first.
        most: how many of them to run.
        screen: where it is told.
    """
    suite, cells = load_suite(str(written), list(available())), []
    for choice in choices[:most]:
        cells += expand(suite, [choice.backend], [alias(choice, choices)])
    with Display(screen) as display:
        records = list(Service(Path("results"), display).records(cells))
    columns = [
        (f"{alias(choice, choices)}, {choice.backend}", _column(choice, record))
        for choice, record in zip(choices, records, strict=False)
    ]
    screen.print(table("predicted → measured", columns))
    return int(any(record.status is not Status.OK for record in records))


def _column(choice: Choice, record: Record) -> dict[str, str]:
    if record.status is not Status.OK:
        return {"status": record.reason or record.status.value}
    told, bits = choice.prediction, record.ladder.precision_bits or 0.0
    figures = {
        "evaluate, s": (told.seconds["evaluate_s"], record.latency.evaluate_s),
        "evaluator's memory, GB": (
            told.evaluator_bytes / 1e9,
            (record.memory.evaluator_peak_bytes or 0) / 1e9,
        ),
    }
    return {
        name: f"{predicted:.3g} → {measured:.3g} ({100 * (predicted / measured - 1):+.0f} %)"
        for name, (predicted, measured) in figures.items()
        if measured
    } | {"bits": f"{choice.bits:.1f} → {bits:.1f} ({(choice.bits or 0.0) - bits:+.1f})"}
