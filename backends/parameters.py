"""Parameter sets: a plain literal in a file, validated into an immutable object named by its content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from backends.errors import ParameterError

SECRETS = ("uniform_ternary", "sparse_encapsulated")
SPECIAL_PRIME_BITS = 60
#: Of every prime, in all libraries.
MOST_PRIME_BITS = 60
#: Which linear transform of a bootstrap comes first: that of slots to coefficients may come before the
#: modulus is raised, at the few primes of a low level, or last.
COEFFICIENTS_TO_SLOTS_FIRST = "coefficients_to_slots_first"
SLOTS_TO_COEFFICIENTS_FIRST = "slots_to_coefficients_first"
BOOTSTRAP_KINDS = (COEFFICIENTS_TO_SLOTS_FIRST, SLOTS_TO_COEFFICIENTS_FIRST)
#: What `BootstrapParameters.name` writes.
_BOOTSTRAP_NAME = (
    r"bootstrap(?P<first>\d+)-(?P<second>\d+)(?:c(?P<correction_factor>\d+))?d(?P<bootstrap_depth>\d+)"
    rf"(?:_(?P<kind>{'|'.join(BOOTSTRAP_KINDS[1:])}))?"
    r"(?:_iterations(?P<iterations>\d+)after(?P<first_precision_bits>\d+))?"
)
#: What `ParameterSet.name` writes; what stands behind it, such as a verdict on its security, is not read.
_NAME = re.compile(
    r"n(?P<log_n>\d+)_first(?P<first_modulus_bits>\d+)_scale(?P<scale_bits>\d+)_depth(?P<depth>\d+)"
    rf"_digits(?P<digits>\d+)(?:_{_BOOTSTRAP_NAME})?(?:_(?P<secret>{'|'.join(SECRETS[1:])}))?"
    r"(?:_slots(?P<slots>\d+))?(?:_parties(?P<parties>\d+))?(?:_as-(?P<imitates>[^_]+))?(?:_|$)"
)
#: Digits of a number in a name; Python makes none of thousands.
MOST_DIGITS = 9
#: Primes of 20 bits that 128 bits of security allow at the largest ring are 176.
MOST_DEPTH = 200
MOST_LEVEL_BUDGET, MOST_CORRECTION, MOST_ITERATIONS = 10, 60, 2
#: Each key owner is a process.
MOST_PARTIES = 16


def _number(digits: str) -> int:
    """A number in a name.

    Raises:
        ParameterError: it has too many digits.
    """
    if len(digits) > MOST_DIGITS:
        raise ParameterError(
            f"a number in the name has {len(digits)} digits; choose a set's name of a record"
        )
    return int(digits)


@dataclass(frozen=True)
class BootstrapParameters:
    """How ciphertexts are bootstrapped (Cheon et al. 2018; Bossuat et al. 2021).

    The modular reduction approximates a sine, so it errs with the cube of what it reduces: the coefficients
    of a ciphertext or, after slots-to-coefficients, its slots.

    Attributes:
        level_budget: levels spent on coefficients-to-slots and on slots-to-coefficients.
        correction_factor: bits by which the message is scaled down before the modular reduction, None for the
            library's own choice.
        depth: levels that one bootstrap consumes in all, before and after the modulus is raised.
        kind: one of `BOOTSTRAP_KINDS`.
        iterations: 2 where the error of a first bootstrap is bootstrapped too (Bae et al. 2022).
        first_precision_bits: by how many bits that error is scaled up, at most as many as the first reaches;
            None with one iteration.
    """

    level_budget: tuple[int, int]
    correction_factor: int | None
    depth: int
    kind: str = COEFFICIENTS_TO_SLOTS_FIRST
    iterations: int = 1
    first_precision_bits: int | None = None

    def __post_init__(self) -> None:
        if not all(1 <= levels <= MOST_LEVEL_BUDGET for levels in self.level_budget):
            raise ParameterError(
                f"level_budget is {list(self.level_budget)}; choose two of 1 to {MOST_LEVEL_BUDGET}"
            )
        if self.correction_factor is not None and not 1 <= self.correction_factor <= MOST_CORRECTION:
            raise ParameterError(
                f"correction_factor is {self.correction_factor}; choose 1 to {MOST_CORRECTION}, or leave it "
                "out for the library's own choice"
            )
        transforms = sum(self.level_budget)
        if self.depth <= transforms:
            raise ParameterError(
                f"the bootstrap's depth is {self.depth}, of which its transforms take {transforms}; choose "
                f"{transforms + 1} or more"
            )
        if self.kind not in BOOTSTRAP_KINDS:
            raise ParameterError(
                f"the bootstrap's kind is {self.kind!r}; choose one of {', '.join(BOOTSTRAP_KINDS)}"
            )
        self._check_iterations()

    @classmethod
    def named(cls, found: Mapping[str, str | None]) -> BootstrapParameters | None:
        """That of the groups of `_BOOTSTRAP_NAME`, where they were found."""
        if found["first"] is None:
            return None
        numbers = {name: _number(found[name] or "0") for name in ("first", "second", "bootstrap_depth")}
        correction, first_precision = found["correction_factor"], found["first_precision_bits"]
        return cls(
            (numbers["first"], numbers["second"]),
            None if correction is None else _number(correction),
            numbers["bootstrap_depth"],
            found["kind"] or COEFFICIENTS_TO_SLOTS_FIRST,
            _number(found["iterations"] or "1"),
            None if first_precision is None else _number(first_precision),
        )

    def _check_iterations(self) -> None:
        if not 1 <= self.iterations <= MOST_ITERATIONS:
            raise ParameterError(f"iterations is {self.iterations}; choose 1 or {MOST_ITERATIONS}")
        if self.iterations == 1 and self.first_precision_bits is not None:
            raise ParameterError("first_precision_bits is of use to a second iteration alone; leave it out")
        if self.iterations > 1 and not 1 <= (self.first_precision_bits or 0) <= MOST_CORRECTION:
            raise ParameterError(
                f"first_precision_bits is {self.first_precision_bits}; choose 1 to {MOST_CORRECTION}, a few "
                "less than the bits of precision that one iteration reaches"
            )

    @property
    def levels_before(self) -> int:
        """Levels that it consumes before the modulus is raised."""
        return self.level_budget[1] if self.kind == SLOTS_TO_COEFFICIENTS_FIRST else 0

    @property
    def name(self) -> str:
        """What of a parameter set's name is the bootstrap's."""
        correction = "" if self.correction_factor is None else f"c{self.correction_factor}"
        parts = [f"bootstrap{self.level_budget[0]}-{self.level_budget[1]}{correction}d{self.depth}"]
        if self.kind != COEFFICIENTS_TO_SLOTS_FIRST:
            parts.append(self.kind)
        if self.iterations > 1:
            parts.append(f"iterations{self.iterations}after{self.first_precision_bits}")
        return "_".join(parts)


@dataclass(frozen=True)
class ParameterSet:
    """One CKKS parameter set.

    Attributes:
        log_n: log2 of the ring dimension N.
        first_modulus_bits: bits of the last prime that remains, which bounds the decrypted values.
        scale_bits: bits of the scale and of every other prime of Q.
        depth: number of rescales of a fresh ciphertext, so Q has depth + 1 primes.
        digits: key-switching digits; depth + 1 is one special prime, as in SEAL.
        secret: distribution of the secret key.
        security: bits demanded, 128, or 0 for a toy set, of which any will do.
        bootstrap: None where ciphertexts are not bootstrapped.
        imitates: the backend whose noise a simulator adds; None of real ones, and of one that adds none.
        parties: how many key owners there are; of several each holds a share of the secret key, and they
            decrypt together (see `backends.threshold`).
        log_slots: log2 of the real slots, where they are fewer than N/2: each is there so many times over.
    """

    log_n: int
    first_modulus_bits: int
    scale_bits: int
    depth: int
    digits: int
    secret: str = "uniform_ternary"
    security: int = 128
    bootstrap: BootstrapParameters | None = None
    imitates: str | None = None
    parties: int = 1
    log_slots: int | None = None

    def __post_init__(self) -> None:
        if not 10 <= self.log_n <= 17:
            raise ParameterError(f"log_n is {self.log_n}; choose 10 to 17")
        if not 20 <= self.scale_bits <= 59:
            raise ParameterError(f"scale_bits is {self.scale_bits}; choose 20 to 59")
        if not self.scale_bits < self.first_modulus_bits <= MOST_PRIME_BITS:
            raise ParameterError(
                f"first_modulus_bits is {self.first_modulus_bits}; choose more than scale_bits "
                f"({self.scale_bits}) and at most {MOST_PRIME_BITS}"
            )
        if not 1 <= self.depth <= MOST_DEPTH:
            raise ParameterError(f"depth is {self.depth}; choose 1 to {MOST_DEPTH}")
        if not 1 <= self.digits <= self.depth + 1:
            raise ParameterError(f"digits is {self.digits}; choose 1 to depth + 1 ({self.depth + 1})")
        if self.secret not in SECRETS:
            raise ParameterError(f"secret is {self.secret!r}; choose one of {', '.join(SECRETS)}")
        if self.security not in (0, 128, 192, 256):
            raise ParameterError(f"security is {self.security}; choose 128, 192, 256, or 0 for a toy set")
        if not 1 <= self.parties <= MOST_PARTIES:
            raise ParameterError(f"parties is {self.parties}; choose 1 to {MOST_PARTIES} key owners")
        self._check_slots()
        if self.bootstrap is not None and self.bootstrap.depth + 2 > self.depth:
            raise ParameterError(
                f"a bootstrap uses {self.bootstrap.depth} of {self.depth} levels and leaves none to compute "
                "with; raise depth"
            )

    def _check_slots(self) -> None:
        if self.log_slots is not None and not 1 <= self.log_slots < self.log_n - 1:
            raise ParameterError(
                f"log_slots is {self.log_slots}; choose 1 to {self.log_n - 2}, or leave it out for all of "
                f"{self.n // 2} slots"
            )

    @property
    def bootstrap_levels(self) -> tuple[int, int] | None:
        """The lowest level at which a ciphertext enters a bootstrap, and the one at which it returns.

        The modulus is raised from a single prime, and one level pays for a correction before it.
        """
        if self.bootstrap is None:
            return None
        before = self.bootstrap.levels_before
        return before + 1, self.depth - self.bootstrap.depth + before

    @property
    def n(self) -> int:
        """Ring dimension."""
        return 1 << self.log_n

    @property
    def slots(self) -> int:
        """Real slots of a ciphertext."""
        return self.n // 2 if self.log_slots is None else 1 << self.log_slots

    @property
    def special_primes(self) -> int:
        """Primes of P that hybrid key switching with `digits` digits needs, each of 60 bits."""
        if self.digits == self.depth + 1:
            return 1
        primes_per_digit = ceil((self.depth + 1) / self.digits)
        digit_bits = primes_per_digit * self.scale_bits
        if primes_per_digit * self.digits >= self.depth + 1:  # the first digit holds the first modulus
            digit_bits += self.first_modulus_bits - self.scale_bits
        return ceil(digit_bits / SPECIAL_PRIME_BITS)

    @property
    def nominal_log_qp(self) -> int:
        """Bits of Q·P as asked for; the real figure is read from the keys."""
        log_q = self.first_modulus_bits + self.depth * self.scale_bits
        return log_q + self.special_primes * SPECIAL_PRIME_BITS

    @property
    def name(self) -> str:
        """A name that carries the content, but for its security (see `backends.security.named`)."""
        parts = [
            f"n{self.log_n}",
            f"first{self.first_modulus_bits}",
            f"scale{self.scale_bits}",
            f"depth{self.depth}",
            f"digits{self.digits}",
        ]
        if self.bootstrap is not None:
            parts.append(self.bootstrap.name)
        if self.secret != "uniform_ternary":
            parts.append(self.secret)
        if self.log_slots is not None:
            parts.append(f"slots{self.log_slots}")
        if self.parties > 1:
            parts.append(f"parties{self.parties}")
        if self.imitates is not None:
            parts.append(f"as-{self.imitates}")
        return "_".join(parts)

    @classmethod
    def named(cls, name: str) -> ParameterSet:
        """The set that has a name, as a record holds it; it demands no security.

        Raises:
            ParameterError: it is no set's name.
        """
        found = _NAME.match(name)
        if found is None:
            raise ParameterError(f"{name!r} names no parameter set; choose one of a record of this version")
        numbers = ("log_n", "first_modulus_bits", "scale_bits", "depth", "digits")
        return cls(
            **{number: _number(found[number]) for number in numbers},
            secret=found["secret"] or SECRETS[0],
            security=0,
            bootstrap=BootstrapParameters.named(found.groupdict()),
            imitates=found["imitates"],
            parties=_number(found["parties"] or "1"),
            log_slots=None if found["slots"] is None else _number(found["slots"]),
        )

    def to_json(self) -> dict[str, object]:
        """The literal from which `from_json` makes this set again."""
        literal = asdict(self)
        # What older records and digests lack.
        for name, usual in (("imitates", None), ("parties", 1), ("log_slots", None)):
            if literal[name] == usual:
                del literal[name]
        return literal

    @classmethod
    def from_json(cls, literal: Mapping[str, Any]) -> ParameterSet:
        """Validate a literal.

        Raises:
            ParameterError: a value is out of its range or contradicts another.
        """
        values = dict(literal)
        bootstrap = values.pop("bootstrap", None)
        if bootstrap is not None:
            bootstrap = BootstrapParameters(**{**bootstrap, "level_budget": tuple(bootstrap["level_budget"])})
        return cls(**values, bootstrap=bootstrap)
