"""The parameter sets that a search tries: secure ones first, so that nothing else is ever planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from backends.errors import PlanError, Unsupported
from backends.levels import check_levels
from backends.noise.traits import Reduction
from backends.parameters import (
    BOOTSTRAP_KINDS,
    COEFFICIENTS_TO_SLOTS_FIRST,
    MOST_DEPTH,
    BootstrapParameters,
    ParameterSet,
)
from backends.planner import refresh_for
from backends.registry import Descriptor
from backends.security import judge, nominal
from models.graph import Graph

#: Rings of round trips, and those of bootstraps under a sparse secret, for which a bound is published.
RINGS, BOOTSTRAP_RINGS = range(12, 17), (16,)
#: Levels of the two linear transforms of a bootstrap, the usual ones first, and those of its modular
#: reduction under that secret.
LEVEL_BUDGETS, REDUCTION_DEPTH = ((3, 3), (3, 2), (2, 3), (2, 2), (4, 3), (3, 4), (4, 4)), 10
#: Levels that are tried beyond the fewest that the model takes, by round trips and by bootstraps, whose plans
#: take longer and whose rings have room for few more.
MORE_LEVELS, MORE_BETWEEN_BOOTSTRAPS = (0, 1, 2, 3, 5, 8, 11), (0, 3, 4, 5, 6)
#: Key-switching digits that are tried beside one for every prime.
FEW_DIGITS = (1, 2, 3, 4, 5, 6)
#: A scale at which every ring has primes.
USUAL_SCALE = 40
#: Bits of scale that are tried, and how many of the largest are left for a bootstrap to choose from: how
#: close its first modulus is to a power of two times the scale is chance.
SCALES, BOOTSTRAP_SCALES = range(50, 23, -1), 4


@dataclass(frozen=True)
class Wanted:
    """What a parameter set is for.

    Attributes:
        graph: what the evaluator computes.
        refresh: `round_trip` or `bootstrap`.
        gap: bits by which the first modulus exceeds the scale, for the values to fit.
    """

    graph: Graph
    refresh: str
    gap: int


def candidates(descriptor: Descriptor, wanted: Wanted) -> Iterator[ParameterSet]:
    """Sets that a backend can use, with 128 bits of security and levels that suffice.

    Depth and digits decide what a set costs, so each pair has the largest scale that security leaves it; the
    next smaller ones too where they take fewer special primes.
    """
    shapes = _bootstraps if wanted.refresh == "bootstrap" else _round_trips
    for log_n, depth, bootstrap in shapes(descriptor, wanted):
        for digits in (depth + 1, *(few for few in FEW_DIGITS if few <= depth)):
            yield from _scaled(descriptor, wanted, log_n, depth, digits, bootstrap)


Shape = tuple[int, int, BootstrapParameters | None]


def _round_trips(descriptor: Descriptor, wanted: Wanted) -> Iterator[Shape]:
    for log_n in RINGS:
        fewest = _fewest_levels(descriptor, wanted, log_n, None)
        if fewest is not None:
            yield from ((log_n, fewest + more, None) for more in MORE_LEVELS)


def _bootstraps(descriptor: Descriptor, wanted: Wanted) -> Iterator[Shape]:
    for log_n, kind, budget in product(BOOTSTRAP_RINGS, BOOTSTRAP_KINDS, LEVEL_BUDGETS):
        bootstrap = BootstrapParameters(
            budget,
            wanted.gap if kind == COEFFICIENTS_TO_SLOTS_FIRST else None,
            REDUCTION_DEPTH + sum(budget),
            kind,
        )
        fewest = _fewest_levels(descriptor, wanted, log_n, bootstrap)
        if fewest is not None:
            yield from ((log_n, fewest + more, bootstrap) for more in MORE_BETWEEN_BOOTSTRAPS)


def _fewest_levels(
    descriptor: Descriptor, wanted: Wanted, log_n: int, bootstrap: BootstrapParameters | None
) -> int | None:
    """The least depth at which every node has its levels; None where the model does not fit the ring."""
    least = 1 if bootstrap is None else bootstrap.depth + 2
    for depth in range(least, MOST_DEPTH):
        at = _set(wanted, log_n, depth, depth + 1, SCALES[-1], bootstrap)
        if not judge(nominal(at)).secure:
            return None
        try:
            # Whether there are primes of a scale is not asked here.
            usual = replace(at, scale_bits=USUAL_SCALE, first_modulus_bits=USUAL_SCALE + wanted.gap)
            refresh = refresh_for(wanted.refresh, at, descriptor.capabilities(usual))
            check_levels(wanted.graph, at, refresh)
        except PlanError:
            continue
        except Unsupported:
            return None
        return depth
    return None


def _scaled(
    descriptor: Descriptor,
    wanted: Wanted,
    log_n: int,
    depth: int,
    digits: int,
    bootstrap: BootstrapParameters | None,
) -> Iterator[ParameterSet]:
    """The sets of one depth and so many digits that differ in their scales."""
    several: list[ParameterSet] = []
    for scale in SCALES:
        at = _set(wanted, log_n, depth, digits, scale, bootstrap)
        alike = [one for one in several if one.special_primes == at.special_primes]
        if len(alike) < (1 if bootstrap is None else BOOTSTRAP_SCALES) and _is_secure(descriptor, at):
            several.append(at)
    if bootstrap is None:
        yield from several
    elif several:
        yield min(several, key=lambda at: _mismatch(descriptor, at))


def _mismatch(descriptor: Descriptor, at: ParameterSet) -> float:
    """What a bootstrap errs by, as far as it hangs on the primes, relative to other sets of its depth."""
    assert descriptor.noise is not None
    assert descriptor.noise.reduction is not None
    told: Reduction = descriptor.noise.reduction(at)
    return float(abs(told.mismatch) + told.factor * 2.0 ** (told.correction - at.scale_bits) * at.n**-0.5)


def _is_secure(descriptor: Descriptor, at: ParameterSet) -> bool:
    """Whether the backend can use the set, and its keys will reach 128 bits."""
    if not judge(nominal(at)).secure:
        return False
    try:
        told = descriptor.capabilities(at).security
    except Unsupported:
        return False
    return told is None or judge(told).secure


def _set(
    wanted: Wanted,
    log_n: int,
    depth: int,
    digits: int,
    scale: int,
    bootstrap: BootstrapParameters | None,
) -> ParameterSet:
    return ParameterSet(
        log_n=log_n,
        first_modulus_bits=scale + wanted.gap,
        scale_bits=scale,
        depth=depth,
        digits=digits,
        secret="uniform_ternary" if bootstrap is None else "sparse_encapsulated",
        bootstrap=bootstrap,
    )
