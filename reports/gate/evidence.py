"""What the processes of two builds say about every time: p-values, all of them corrected together.

Which test a time gets is decided by its number of processes alone. Where ranks can reach the corrected
significance, it is the rank test, which assumes nothing about how times vary. With fewer processes it is
Student's t with a moderated variance, which finds large differences and no small ones; it is left out where
the machine is too restless for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.gate.rules import TimeRule
from reports.statistics.few import FEWEST, Few, moderated
from reports.statistics.ranks import fewest, holm, mann_whitney
from reports.statistics.robust import spread

#: Positive seconds, a value a process.
Values = Sequence[float]
#: A machine on which times typically vary by more than so many of the rules' spreads is too restless for few
#: processes: there, times switch between two speeds, and three in a row may be slow by chance.
QUIET = 1.5


@dataclass(frozen=True)
class Evidence:
    """What the processes of one time say.

    Attributes:
        p: corrected for all tests; None where too few processes ran to test anything.
        tests: how many were corrected for; without a test, how many there would be.
        least: processes a side with which a difference could have been found at all.
        spread: between processes, relative, as seen or, where too few ran, as the rules assume.
        reach: the ratio that few processes would have found; None by ranks, and without a test.
    """

    p: float | None
    tests: int
    least: int
    spread: float
    reach: float | None = None


def weigh(pairs: Sequence[tuple[Values, Values]], rule: TimeRule) -> list[Evidence]:
    """The evidence on every time, whose two sides ran equally often."""
    able, few = _split(pairs, rule)
    by_ranks = sorted({*able} - {*few.places})
    p_values = dict(zip(by_ranks, mann_whitney([pairs[at] for at in by_ranks]), strict=True))
    p_values |= dict(zip(few.places, few.tests.p_values, strict=True))
    corrected = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    every = len(able)
    least = fewest(rule.significance / max(1, len(pairs))) if few.restless else FEWEST
    reaches = dict(
        zip(few.places, few.tests.reaches(rule.significance / max(1, every), rule.power), strict=True)
    )
    spreads = dict(zip(few.places, few.tests.spreads, strict=True))
    found = []
    for at, (before, after) in enumerate(pairs):
        if at in spreads:
            found.append(Evidence(corrected[at], every, least, spreads[at], reaches[at]))
        else:
            seen = spread(before, after) if len(before) >= FEWEST else rule.spread
            tests = every if at in corrected else len(pairs)  # what it takes once all are tested
            found.append(Evidence(corrected.get(at), tests, least, seen))
    return found


@dataclass(frozen=True)
class _FewOf:
    """The times that few processes have to decide.

    Attributes:
        places: which.
        tests: on them, in the same order.
        restless: whether the machine was too restless for such tests, so that there are none.
    """

    places: list[int]
    tests: Few
    restless: bool = False


def _split(pairs: Sequence[tuple[Values, Values]], rule: TimeRule) -> tuple[list[int], _FewOf]:
    """The times that are tested, and those of them that few processes have to decide.

    Those that no test can decide cost the others nothing.
    """
    enough = min(FEWEST, fewest(rule.significance / max(1, len(pairs))))
    able = [at for at, (before, _) in enumerate(pairs) if len(before) >= enough]
    restless = False
    while True:
        least = fewest(rule.significance / max(1, len(able)))
        places = [at for at in able if len(pairs[at][0]) < least]
        tests = moderated([pairs[at] for at in places], rule.spread)
        if not places or (tests.typical <= QUIET * rule.spread and not restless):
            return able, _FewOf(places, tests, restless)
        restless = True
        able = [at for at in able if at not in places]
