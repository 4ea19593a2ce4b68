"""The table of bootstraps that were measured one by one: a setting a row, with what it takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from backends.parameters import BootstrapParameters, ParameterSet
from backends.primitives import Primitive
from reports import costs
from reports.figures import bits, count, significant, size
from reports.markdown import plain, table
from reports.record import Record

#: Levels are those of ciphertexts; what is usable lies between two bootstraps.
HEADINGS = (
    "kind",
    "iterations",
    "level budget",
    "correction factor",
    "digits",
    "first / scale (bits)",
    "secret",
    "slots",
    "security",
    "threads",
    "seconds",
    "largest error (bits)",
    "mean error (bits)",
    "enters → returns",
    "usable levels",
    "bootstrap keys",
    "evaluator's peak",
    "failures",
    "key",
)
#: So many signs of a key find the record in its store.
KEY_SIGNS = 8


def to_bootstraps(records: Sequence[Record]) -> str:
    """A row for each record in which a bootstrap was measured by itself; empty text where there is none."""
    return table(HEADINGS, [row for one in records for row in _rows(one)])


def _rows(one: Record) -> Iterator[tuple[str, ...]]:
    for measured in one.latency.primitives or []:
        if measured.name == Primitive.BOOTSTRAP.recorded and measured.samples_s:
            parameters = ParameterSet.named(one.parameter_set)
            if parameters.bootstrap is not None:
                yield _row(one, measured, measured.samples_s, parameters, parameters.bootstrap)


def _row(
    one: Record,
    measured: costs.Primitive,
    samples_s: Sequence[float],
    parameters: ParameterSet,
    bootstrap: BootstrapParameters,
) -> tuple[str, ...]:
    entry, returned = measured.level, measured.result_level
    usable = None if entry is None or returned is None else returned - entry
    return (
        bootstrap.kind.replace("_", " "),
        str(bootstrap.iterations),
        ", ".join(map(str, bootstrap.level_budget)),
        "the library's" if bootstrap.correction_factor is None else str(bootstrap.correction_factor),
        str(parameters.digits),
        f"{parameters.first_modulus_bits} / {parameters.scale_bits}",
        parameters.secret.replace("_", " "),
        str(parameters.slots),
        f"{one.security.bits} bits" if one.security.secure else "INSECURE",
        count(one.environment.threads),
        significant(median(samples_s)),
        bits(measured.precision_bits),
        bits(measured.mean_precision_bits),
        f"{count(entry)} → {count(returned)}",
        count(usable),
        size(one.memory.bootstrap_keys_bytes),
        size(one.memory.evaluator_peak_bytes),
        f"{count(measured.failures)} of {count(measured.results)}",
        plain(one.key[:KEY_SIGNS]),
    )
