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
from reports.figures import size
from reports.record import Record, Status


def verified(written: Path, choices: Sequence[Choice], most: int, results: Path, screen: Screen) -> int:
    """Run the first choices' sets; 1 where a cell failed or was short of bits.

    Args:
        written: the suite of all choices.
        choices: the best first.
        most: how many of them to run.
        results: where runs are kept, a folder each.
        screen: where it is told.
    """
    suite, cells = load_suite(str(written), list(available())), []
    for choice in choices[:most]:
        cells += expand(suite, [choice.backend], [alias(choice, choices)], [choice.case])
    with Display(screen) as display:
        records = list(Service(results, display).records(cells))
    columns = [
        (f"{choice.model}, {alias(choice, choices)}, {choice.backend}", _column(choice, record))
        for choice, record in zip(choices, records, strict=False)
    ]
    screen.print(table("predicted → measured", columns))
    return int(any(record.status is not Status.OK for record in records))


def _column(choice: Choice, record: Record) -> dict[str, str]:
    if record.status is not Status.OK:
        return {"status": record.reason or record.status.value}
    told, bits = choice.prediction, record.ladder.precision_bits or 0.0
    seconds, memory = told.seconds["evaluate_s"], told.evaluator_bytes
    measured_s, measured_bytes = record.latency.evaluate_s or 0.0, record.memory.evaluator_peak_bytes or 0
    return {
        "evaluate, s": f"{seconds:.3g} → {measured_s:.3g}{_off(seconds, measured_s)}",
        "evaluator's memory": f"{size(memory)} → {size(measured_bytes)}{_off(memory, measured_bytes)}",
        "bits": f"{choice.bits:.1f} → {bits:.1f} ({(choice.bits or 0.0) - bits:+.1f})",
    }


def _off(predicted: float, measured: float) -> str:
    return f" ({100 * (predicted / measured - 1):+.0f} %)" if measured else ""
