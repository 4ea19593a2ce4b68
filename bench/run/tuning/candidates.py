"""The parameter sets that a search tries: secure ones first, so that nothing else is ever planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from backends.errors import PlanError, Unsupported
from backends.levels import check_levels
from backends.noise.drawn import reduction_error
from backends.parameters import (
    MOST_DEPTH,
    MOST_PRIME_BITS,
    BootstrapParameters,
    ParameterSet,
)
from backends.planner import refresh_for
from backends.registry import Descriptor
from backends.security import judge, nominal
from bench.run.tuning.rooms import Room
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
#: Bits of scale that are tried, of round trips and of bootstraps, and how many of the largest are left for a
#: bootstrap to choose from: how close its first modulus is to a power of two times the scale is chance.
SCALES, BOOTSTRAP_SCALES, CHOSEN_FROM = range(50, 23, -1), range(56, 23, -1), 4


@dataclass(frozen=True)
class Wanted:
    """What a parameter set is for.

    Attributes:
        graph: what the evaluator computes.
        room: for the values to fit.
    """

    graph: Graph
    room: Room


def candidates(descriptor: Descriptor, wanted: Wanted) -> Iterator[ParameterSet]:
    """Sets that a backend can use, with 128 bits of security and levels that suffice.

    Depth and digits decide what a set costs, so each pair has the largest scale that security leaves it; the
    next smaller ones too where they take fewer special primes.
    """
    shapes = _round_trips if wanted.room.kind is None else _bootstraps
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
    room = wanted.room
    assert room.kind is not None, "rooms of bootstraps have a kind"
    for log_n, budget in product(BOOTSTRAP_RINGS, LEVEL_BUDGETS):
        depth = REDUCTION_DEPTH + sum(budget)
        bootstrap = BootstrapParameters(budget, room.correction_factor, depth, room.kind)
        fewest = _fewest_levels(descriptor, wanted, log_n, bootstrap)
        if fewest is not None:
            yield from ((log_n, fewest + more, bootstrap) for more in MORE_BETWEEN_BOOTSTRAPS)


def _fewest_levels(
    descriptor: Descriptor, wanted: Wanted, log_n: int, bootstrap: BootstrapParameters | None
) -> int | None:
    """The least depth at which every node has its levels; None where the model does not fit the ring."""
    least = 1 if bootstrap is None else bootstrap.depth + 2
    for depth in range(least, MOST_DEPTH):
        at = _set(log_n, depth, depth + 1, SCALES[-1], wanted.room.gaps[0], bootstrap)
        if not judge(nominal(at)).secure:
            return None
        try:
            # Whether there are primes of a scale is not asked here.
            usual = replace(at, scale_bits=USUAL_SCALE, first_modulus_bits=USUAL_SCALE + wanted.room.gaps[0])
            refresh = refresh_for(wanted.room.refresh, at, descriptor.capabilities(usual))
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
    """The sets of one depth and so many digits that differ in their scales; of bootstraps the best one."""
    several: list[ParameterSet] = []
    scales, most = (SCALES, 1) if bootstrap is None else (BOOTSTRAP_SCALES, CHOSEN_FROM)
    for scale, gap in product(scales, wanted.room.gaps):
        if scale + gap > MOST_PRIME_BITS:
            continue
        at = _set(log_n, depth, digits, scale, gap, bootstrap)
        larger = {one.scale_bits for one in several if one.special_primes == at.special_primes} - {scale}
        if len(larger) < most and _is_secure(descriptor, at):
            several.append(at)
    if bootstrap is None:
        yield from several
    elif several:
        yield min(several, key=lambda at: _coarseness(descriptor, at))


def _coarseness(descriptor: Descriptor, at: ParameterSet) -> float:
    """What a bootstrap errs by, relative to sets that differ in their scale alone."""
    assert descriptor.noise is not None
    assert descriptor.noise.reduction is not None
    return reduction_error(at, descriptor.noise.reduction(at))


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
    log_n: int, depth: int, digits: int, scale: int, gap: int, bootstrap: BootstrapParameters | None
) -> ParameterSet:
    return ParameterSet(
        log_n=log_n,
        first_modulus_bits=scale + gap,
        scale_bits=scale,
        depth=depth,
        digits=digits,
        secret="uniform_ternary" if bootstrap is None else "sparse_encapsulated",
        bootstrap=bootstrap,
    )
