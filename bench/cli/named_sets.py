"""The short names of the parameter sets of suites that are here, and the numbers in the long ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from backends.errors import ParameterError
from backends.parameters import ParameterSet
from backends.registry import available
from bench.errors import UserError
from bench.spec.suite import SUITES, load_suite
from reports.html.sets import NamedSet
from reports.record import Record


def named_sets(records: Sequence[Record]) -> dict[tuple[str, str], NamedSet]:
    """Suite and name of each record's parameter set → what it is known by.

    An older record does not say its set's alias: it is that of the set with the same name in its suite as it
    is here, else that by which most other suites here call such a set.
    """
    wanted = {(record.suite, record.parameter_set) for record in records}
    told = {
        (record.suite, record.parameter_set): record.parameters.alias
        for record in records
        if record.parameters is not None and record.parameters.alias is not None
    }
    own, others = _aliases()
    return {
        place: _named(place[1], told.get(place) or own.get(place) or _most_common(others[place[1]]))
        for place in wanted
    }


def _aliases() -> tuple[dict[tuple[str, str], str], defaultdict[str, Counter[str]]]:
    """By suite and name of a set on a backend its alias; by that name alone those in all suites."""
    own: dict[tuple[str, str], str] = {}
    others: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for suite, name, alias in _called():
        own[suite, name] = alias
        others[name][alias] += 1
    return own, others


def _called() -> Iterator[tuple[str, str, str]]:
    """Of each set that has an alias: its suite, its name on a backend, and the alias."""
    backends = list(available())
    for path in sorted(SUITES.glob("*.yaml")):
        try:
            suite = load_suite(str(path), backends)
        except UserError:  # of a suite that cannot be read the long names are shown
            continue
        for one in suite.parameter_sets:
            if one.alias is not None:
                yield from ((suite.name, one.name_on(name), one.alias) for name in one.backends)


def _most_common(aliases: Counter[str]) -> str | None:
    """Of those that are as common, the first by name."""
    return min(aliases, key=lambda alias: (-aliases[alias], alias), default=None)


def _named(name: str, alias: str | None) -> NamedSet:
    try:
        found = ParameterSet.named(name)
    except ParameterError:  # a name from elsewhere
        return NamedSet(alias)
    return NamedSet(alias, found.depth, found.scale_bits, found.digits)
