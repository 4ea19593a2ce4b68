"""How cost grows: exponents over sweeps of one parameter, beside what the plan predicted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from reports.html.derived import evaluation_keys_bytes, standing
from reports.record import Record, Status
from reports.statistics.growth import LEAST_POINTS, PowerLaw, power_law
from reports.statistics.robust import median


class Growth(NamedTuple):
    """One sweep of a parameter.

    Attributes:
        of: suite and kind of what is computed.
        backend: the library.
        standing: as in `reports.html.derived.standing`.
        parameter: its title.
        values: of the parameter, ascending.
        laws: title of a measure → its power law; those that were not measured are left out.
    """

    of: str
    backend: str
    standing: str
    parameter: str
    values: tuple[int, ...]
    laws: Mapping[str, PowerLaw]


#: Title → what is swept.
PARAMETERS: Mapping[str, Callable[[Record], int | None]] = {
    "tokens": lambda record: None if record.shape is None else record.shape.tokens,
    "width": lambda record: None if record.shape is None else record.shape.width,
    "blocks": lambda record: None if record.shape is None else record.shape.blocks,
    "N": lambda record: None if record.security.log_n is None else 1 << record.security.log_n,
    "samples": lambda record: record.samples,
}
#: Title → what grows; what the plan predicted stands after what it predicted it of.
MEASURES: Mapping[str, Callable[[Record], float | None]] = {
    "evaluate": lambda record: record.latency.evaluate_s,
    "evaluate, as planned": lambda record: record.latency.planned_evaluate_s,
    "evaluator peak": lambda record: record.memory.evaluator_peak_bytes,
    "evaluation keys": evaluation_keys_bytes,
}


def growths(records: Sequence[Record]) -> list[Growth]:
    """Every sweep of enough values of which `_held` is alike; of a cell's processes, the median."""
    sound = [record for record in records if record.status is Status.OK and record.shape is not None]
    found = []
    for parameter in PARAMETERS:
        sweeps: defaultdict[Hashable, list[Record]] = defaultdict(list)
        for record in sound:
            sweeps[_held(record, parameter)].append(record)
        found += [_growth(sweep, parameter) for sweep in sweeps.values() if _swept(sweep, parameter)]
    return found


def _held(record: Record, parameter: str) -> Hashable:
    """What is alike in a sweep, but for the parameter; of N, the rest of the set's name.

    A record does not tell a layer's heads and degree, and versions of the software may differ.
    """
    _, _, rest = record.parameter_set.partition("_")
    machine = record.environment
    return (
        *(record.suite, record.backend, standing(record), record.shape and record.shape.kind),
        rest if parameter == "N" else record.parameter_set,
        *(value(record) for title, value in PARAMETERS.items() if title != parameter),
        *(machine.cpu, machine.cores, machine.threads, machine.workers, machine.build.get("kind", "default")),
    )


def _swept(sweep: Sequence[Record], parameter: str) -> bool:
    """Whether a parameter takes enough values, each of them in one case."""
    cases = defaultdict(set)
    for record in sweep:
        value = PARAMETERS[parameter](record)
        if value:
            cases[value].add(record.case)
    return len(cases) >= LEAST_POINTS and all(len(names) == 1 for names in cases.values())


def _growth(sweep: Sequence[Record], parameter: str) -> Growth:
    first, value = sweep[0], PARAMETERS[parameter]
    assert first.shape is not None
    laws = {}
    for title, measure in MEASURES.items():
        of_value: defaultdict[int, list[float]] = defaultdict(list)
        for record in sweep:
            x, y = value(record), measure(record)
            if x and y:
                of_value[x].append(y)
        if len(of_value) >= LEAST_POINTS:
            laws[title] = power_law([(x, median(measured)) for x, measured in sorted(of_value.items())])
    values = sorted({x for record in sweep if (x := value(record))})
    return Growth(
        of=f"{first.suite} / {first.shape.kind}",
        backend=first.backend,
        standing=standing(first),
        parameter=parameter,
        values=tuple(values),
        laws=laws,
    )
