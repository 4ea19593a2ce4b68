"""The noise that is told of primitives, held against records of them, and what of it has to be measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf, sqrt
from pathlib import Path
from statistics import median

import numpy as np
from pydantic import ConfigDict, with_config

from backends.errors import BackendError
from backends.interface import ComplexVector, Vector
from backends.microbenchmarks import ENCRYPTION
from backends.noise.drawn import Noise
from backends.noise.traits import Reduction, Traits, of_ring
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.registry import Descriptor
from bench.run.prediction import shipped
from reports.record import Record, Status
from reports.scoring.precision import mean_precision_bits

ENCRYPT, _ = ENCRYPTION
BOOTSTRAP = Primitive.BOOTSTRAP.operation
#: The least part of a bootstrap's variance of which a factor can be told.
VISIBLE = 0.5
#: A factor under which what it multiplies is all that shows.
LARGE = 1e9

#: What a primitive makes of two noisy slot vectors, and what it should.
Made = Callable[[Noise, ComplexVector, ComplexVector], ComplexVector]
PRIMITIVES: Mapping[str, tuple[Made, Callable[[Vector, Vector], Vector]]] = {
    ENCRYPT: (lambda noise, x, y: x, lambda a, b: a),
    Primitive.ADD.operation: (lambda noise, x, y: x + y, lambda a, b: a + b),
    Primitive.RESCALE.operation: (lambda noise, x, y: x * y + noise.rescaled(), lambda a, b: a * b),
    Primitive.DROP.operation: (lambda noise, x, y: x + noise.rescaled(), lambda a, b: a),
    Primitive.ROTATE.operation: (lambda noise, x, y: x + noise.switched(product=False), lambda a, b: a),
    BOOTSTRAP: (lambda noise, x, y: noise.bootstrapped(x), lambda a, b: a),
}


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Held:
    """One primitive of one record: the bits of its mean error, told and measured."""

    parameter_set: str
    primitive: str
    told: float
    measured: float


def held(records: Iterable[Record], descriptor: Descriptor) -> list[Held]:
    """The primitives of a backend's records, each at its highest level."""
    assert descriptor.noise is not None, "it is asked of backends that tell their noise"
    found = []
    for one in records:
        parameters = _parameters(one) if one.backend == descriptor.name else None
        if parameters is None:
            continue
        measured = {
            entry.name: entry.mean_precision_bits
            for entry in reversed(one.latency.primitives or ())
            if entry.name in PRIMITIVES and entry.mean_precision_bits is not None
        }
        found += [
            Held(parameters.name, name, told_bits(parameters, descriptor.noise, name), bits)
            for name, bits in measured.items()
        ]
    return found


def _parameters(one: Record) -> ParameterSet | None:
    """A record's parameter set; None where it failed, or the set is unknown or one without told noise."""
    try:
        found = ParameterSet.named(one.parameter_set) if one.status is Status.OK else None
    except BackendError:
        return None
    return None if found is None or found.log_slots is not None else found


def told_bits(parameters: ParameterSet, traits: Traits, primitive: str) -> float:
    """The bits of a primitive's mean error, on slots uniform in [-1, 1] as those of records.

    Minus infinity where the library would refuse to decrypt what is left.
    """
    noise = Noise(parameters, traits, primitive)
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, parameters.slots))
    x, y = (values + noise.encoded() + noise.fresh() for values in (a, b))
    make, expect = PRIMITIVES[primitive]
    left = noise.decrypted(make(noise, x, y))
    if not np.isfinite(left).all():
        return -inf
    bits = mean_precision_bits(left, expect(a, b))
    assert bits is not None, "noise leaves no slot without an error"
    return bits


def reduction_factors(found: Sequence[Held], traits: Traits) -> dict[int, float]:
    """The factor that meets the bootstraps of each ring best, by log2 of its dimension.

    It is the median of those that show it; a ring has none where everything else hides it.
    """
    shown: dict[int, list[float]] = {}
    for one in found:
        parameters = ParameterSet.named(one.parameter_set)
        if one.primitive != BOOTSTRAP or parameters.bootstrap is None or parameters.bootstrap.iterations > 1:
            continue
        if (factor := _factor(one, traits)) is not None:
            shown.setdefault(parameters.log_n, []).append(factor)
    return {log_n: float(f"{median(factors):.3g}") for log_n, factors in sorted(shown.items())}


def _factor(one: Held, traits: Traits) -> float | None:
    """The factor of one set; None where everything else hides it."""
    parameters = ParameterSet.named(one.parameter_set)
    measured = 4.0**-one.measured
    without, large = (
        4.0 ** -told_bits(parameters, with_factors(traits, {parameters.log_n: factor}), BOOTSTRAP)
        for factor in (0.0, LARGE)
    )
    left = measured - without
    return LARGE * sqrt(left / large) if left > VISIBLE * measured else None


def with_factors(traits: Traits, factors: Mapping[int, float]) -> Traits:
    """The same, with these factors by log2 of the ring dimension in place of those that are shipped."""
    told = traits.reduction
    assert told is not None, "a library that bootstraps tells how"

    def reduction(parameters: ParameterSet) -> Reduction:
        return replace(told(parameters), factor=of_ring(factors, parameters.log_n))

    return replace(traits, reduction=reduction)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Figures:
    """What a backend ships of its noise, with where it comes from.

    Attributes:
        taken: when the newest record was made, as ISO 8601 writes a day.
        commit: this project's.
        libraries: their versions.
        reduction: the factors of bootstraps (`Reduction.factor`), by log2 of the ring dimension.
        held: every primitive that was held against records.
    """

    taken: str
    commit: str
    libraries: Mapping[str, str]
    reduction: Mapping[str, float]
    held: tuple[Held, ...]

    @classmethod
    def of(cls, found: Sequence[Held], factors: Mapping[int, float], records: Sequence[Record]) -> Figures:
        """What is shipped of records, with the factors of bootstraps that they or others show."""
        newest = max(records, key=lambda one: one.started_at)
        return cls(
            taken=newest.started_at.date().isoformat(),
            commit=newest.environment.git or "unknown",
            libraries=dict(newest.environment.libraries),
            reduction={str(log_n): factor for log_n, factor in factors.items()},
            held=tuple(found),
        )

    @classmethod
    def shipped(cls, path: Path) -> Figures | None:
        """What `write` wrote; None where it has not yet.

        Raises:
            BackendError: the file holds something else.
        """
        return shipped.read(path, cls, "noise") if path.is_file() else None

    @property
    def told(self) -> str:
        """What they are of, in a few words."""
        count = len(self.held)
        rings = ", ".join(f"2^{log_n}: {factor:g}" for log_n, factor in self.reduction.items())
        factors = f", the factors of bootstraps by ring {rings}" if rings else ""
        return f"{count} primitive{'s' * (count != 1)} ({self.taken}){factors}"

    @property
    def factors(self) -> dict[int, float]:
        """The factors of bootstraps."""
        return {int(log_n): factor for log_n, factor in self.reduction.items()}

    def write(self, path: Path) -> None:
        """A line for every primitive, so that a change is seen."""
        head = {
            "taken": self.taken,
            "commit": self.commit,
            "libraries": self.libraries,
            "reduction": self.reduction,
        }
        lines = ",\n".join(json.dumps(_rounded(one)) for one in self.held)
        path.write_text(f'{json.dumps(head)[:-1]}, "held": [\n{lines}\n]}}\n')


def _rounded(one: Held) -> dict[str, object]:
    return {**asdict(one), "told": round(one.told, 1), "measured": round(one.measured, 1)}
