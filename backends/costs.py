"""What a primitive costs at a level, relative to others: enough to place refreshes and to say what to expect.

Costs are counted in number-theoretic transforms of one prime, which dominate every primitive (Bossuat et al.
2021, section 5), and turned into seconds by one measured constant, so that the portable program is the same
for every library. They are estimates; a record holds what was measured.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil, log2

from backends.footprint import Footprint
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.primitives import Primitive, cost
from backends.program import Instruction, PlaintextEntry, Program, primitives

#: Seconds per butterfly-level of one transform, from rotations on one core of a 2024 server (N = 2^15).
SECONDS_PER_POINT = 1.95e-9
BYTES_PER_RESIDUE = 8
#: What makes ciphertexts of three polynomials.
PRODUCTS = (Primitive.MULTIPLY.operation, Primitive.MULTIPLY_SUM.operation)
#: What one client-aided refresh (round trip) is taken to cost when refreshes are placed, in seconds: the key
#: owner must be there to answer, over a network. On one machine it takes a tenth, but a plan made for that
#: would ask the key owner at every step.
ROUND_TRIP_PRICE_S = 1.0


@dataclass(frozen=True)
class Needs:
    """What to expect of a cell, in bytes.

    Attributes:
        keys_bytes: its keys in memory.
        evaluator_bytes: the evaluator's memory, without the constants of the program.
        key_owner_bytes: the key owner's memory.
        constants_bytes: all of these, encoded; those that find no room are encoded each time they are used.
    """

    keys_bytes: int
    evaluator_bytes: int
    key_owner_bytes: int
    constants_bytes: int


@dataclass(frozen=True)
class Costs:
    """Costs at one parameter set."""

    parameters: ParameterSet
    _known: dict[tuple[str, int], float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def key_switch(self, level: int) -> float:
        """Transforms of one rotation or relinearisation: each digit is raised to all primes of QP."""
        primes = level + 1
        per_digit = ceil((self.parameters.depth + 1) / self.parameters.digits)
        digits = ceil(primes / per_digit)
        return digits * (primes + self.parameters.special_primes) + 2 * primes

    def primitive(self, counted: str, level: int) -> float:
        """Transforms of one primitive, by the name that it is counted under, its operands at `level`.

        Raises:
            ExecutionError: no primitive is counted under that name.
        """
        if (counted, level) not in self._known:
            found = cost(counted)
            key_switches = found.key_switches * self.key_switch(level)
            at_top = found.key_switches_at_top * self.key_switch(self.parameters.depth)
            self._known[counted, level] = found.per_prime * (level + 1) + key_switches + at_top
        return self._known[counted, level]

    def refresh_price(self, kind: str, level: int) -> float:
        """What a refresh to `level` weighs, in transforms, when the planner chooses where to put one."""
        if kind == Primitive.ROUND_TRIP.operation:
            return ROUND_TRIP_PRICE_S / self.seconds(1.0)
        return self.primitive(Primitive.BOOTSTRAP.counted, level)

    def instruction(self, instruction: Instruction) -> float:
        """Transforms of one instruction."""
        level = instruction.priced_level
        return sum(count * self.primitive(name, level) for name, count in primitives(instruction).items())

    def seconds(self, transforms: float) -> float:
        """Transforms as seconds on one core."""
        return transforms * self.parameters.n * log2(self.parameters.n) * SECONDS_PER_POINT

    def ciphertext_bytes(self, level: int) -> int:
        """A ciphertext in memory."""
        return 2 * (level + 1) * self.parameters.n * BYTES_PER_RESIDUE

    def key_bytes(self) -> int:
        """One rotation or relinearisation key in memory."""
        primes = self.parameters.depth + 1 + self.parameters.special_primes
        return 2 * self.parameters.digits * primes * self.parameters.n * BYTES_PER_RESIDUE

    def needs(
        self, program: Program, capabilities: Capabilities, refresh: str, footprint: Footprint
    ) -> Needs:
        """What a cell needs of the machine, where a backend's process has this footprint."""
        if not footprint.encrypts:  # of a ciphertext it has one number a slot, a quarter of a residue's pair
            slots = self.live_bytes(program) // (4 * (program.input_level + 1))
            return Needs(0, footprint.process_bytes + slots, footprint.process_bytes, 0)
        bootstraps = refresh == "bootstrap"
        rotations = len(
            set(program.rotation_steps).difference(capabilities.bootstrap_steps if bootstraps else ())
        )
        bootstrap_keys = bootstraps * capabilities.bootstrap_keys  # a conjugation's is one of them
        keys = 1 + rotations + (bootstrap_keys or program.conjugates)
        primes = self.parameters.depth + 1 + self.parameters.special_primes
        prepared = bootstraps * capabilities.bootstrap_plaintexts * primes * self._residue_bytes
        context = footprint.context_bytes(self.parameters, {one.level for one in program.plaintexts})
        at_owner = footprint.context_bytes(self.parameters, {program.input_level})
        working = footprint.working_share * self.live_bytes(program, by_size=footprint.pools)
        return Needs(
            keys_bytes=keys * self.key_bytes(),
            evaluator_bytes=footprint.process_bytes
            + context
            + keys * self.key_bytes()
            + prepared
            + int(working),
            key_owner_bytes=footprint.process_bytes
            + at_owner
            + int(footprint.keys_together(rotations, bootstrap_keys) * self.key_bytes()),
            constants_bytes=sum(
                self.constant_bytes(one, footprint.constant_residues) for one in program.plaintexts
            ),
        )

    @property
    def _residue_bytes(self) -> int:
        return self.parameters.n * BYTES_PER_RESIDUE

    def constant_bytes(self, constant: PlaintextEntry, beside: int = 0) -> int:
        """One constant of a program, encoded, with so many residues beside; a single number takes nothing."""
        residues = constant.level + 1 + beside
        return 0 if constant.row is None else residues * self._residue_bytes

    def live_bytes(self, program: Program, *, by_size: bool = False) -> int:
        """The most that ciphertexts in use take at once, or of those of each size, added up."""
        sizes: dict[int, int] = {}
        live, peaks = Counter[int](), Counter[int]()
        for instruction, frees in zip(program.instructions, program.last_uses, strict=True):
            for result in instruction.results:
                size = self.ciphertext_bytes(instruction.level)
                if instruction.operation in PRODUCTS:
                    size += size // 2
                sizes[result] = size
                pool = size if by_size else 0
                live[pool] += size
                peaks[pool] = max(peaks[pool], live[pool])
            for name in frees:
                live[sizes[name] if by_size else 0] -= sizes[name]
        return sum(peaks.values())
