"""The search: plans once a shape, times and memory for every set of it, bits for the fastest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from backends.errors import PlanError
from backends.noise.traits import Traits
from backends.parameters import ParameterSet
from backends.planner import plan, refresh_for
from backends.program import Program
from backends.registry import Descriptor
from bench.run.prediction.noise import BOOTSTRAP, told_bits
from bench.run.prediction.prediction import Prediction, predict
from bench.run.prediction.predictor import Predictor, predictor
from bench.run.prediction.work import Setting
from bench.run.tuning.bits import simulated_bits
from bench.run.tuning.candidates import Wanted, candidates
from bench.run.tuning.rooms import Room, rooms
from bench.run.workload import Workload
from bench.spec.cases import ModelCase
from bench.spec.suite import COMPLEX, PORTABLE

#: Of how many sets of a backend, the fastest first, bits are told; and bits that are asked for beyond those
#: wanted, because the largest error is chance, and was told a bit too small.
SIMULATED, MARGIN = 6, 1.0
#: By how many bits a bootstrap by itself may be short for a set to be simulated all the same.
FAR = 2.0


@dataclass(frozen=True)
class Goal:
    """What is wanted.

    Attributes:
        bits: of the answers, by the largest error.
        refreshes: `round_trip`, `bootstrap` or both.
        memory_bytes: of the evaluator's machine.
        threads: of the evaluator.
        network_s: seconds that the network adds to a round trip.
    """

    bits: float
    refreshes: Sequence[str]
    memory_bytes: int
    threads: int
    network_s: float = 0.0


@dataclass(frozen=True)
class Choice:
    """A parameter set on a backend, with what is predicted of it.

    Attributes:
        backend: its name.
        model: that of the checkpoint.
        case: the model's in the suite.
        parameters: the set.
        refresh: how ciphertexts get their levels back.
        program: `portable` or `complex`.
        prediction: seconds and bytes.
        samples: how many the seconds are for.
        refreshes: bootstraps or round trips of all of them.
        network_s: seconds that the network adds to all of them.
        bits: by the largest error; None where faster sets reached enough.
    """

    backend: str
    model: str
    case: str
    parameters: ParameterSet
    refresh: str
    program: str
    prediction: Prediction
    samples: int
    refreshes: int
    network_s: float
    bits: float | None = None

    @property
    def seconds(self) -> float:
        """Of the evaluation and the network, a sample."""
        return (self.prediction.seconds["evaluate_s"] + self.network_s) / self.samples


@dataclass
class Search:
    """The search for one model.

    Attributes:
        workload: the model and its samples.
        case: the model by its names.
        goal: what is wanted.
        simulator: what imitates backends.
        tell: told of what is being done.
    """

    workload: Workload
    case: ModelCase
    goal: Goal
    simulator: Descriptor
    tell: Callable[[str], None]
    _programs: dict[tuple[object, ...], Program | None] = field(default_factory=dict)
    _bits: dict[tuple[object, ...], float] = field(default_factory=dict)

    def choices(self, descriptor: Descriptor) -> list[Choice]:
        """The fastest sets of a backend, those with enough bits and those that were tried before them."""
        found = []
        for refresh in self.goal.refreshes:
            planned = sorted(self._planned(descriptor, refresh), key=lambda one: one[0].seconds)
            found += self._told(descriptor, planned)
        return found

    def _told(self, descriptor: Descriptor, planned: Sequence[tuple[Choice, Program]]) -> list[Choice]:
        """The first of them with their bits, until enough of them reach those that are wanted."""
        found: list[Choice] = []
        for choice, program in planned:
            if self._is_hopeless(descriptor, choice.parameters):
                continue
            self.tell(f"{descriptor.name}: bits of {choice.parameters.name}")
            found.append(replace(choice, bits=self._simulated(descriptor, choice, program)))
            if sum(enough(one, self.goal) for one in found) == SIMULATED:
                break
        return found

    def _is_hopeless(self, descriptor: Descriptor, at: ParameterSet) -> bool:
        """Whether one bootstrap by itself errs on average by far more than an answer may at most.

        Layers that follow leave no less of an error, so such a set is not worth simulating.
        """
        if at.bootstrap is None:
            return False
        assert descriptor.noise is not None
        return told_bits(at, descriptor.noise, BOOTSTRAP) < self.goal.bits - FAR

    def _simulated(self, descriptor: Descriptor, choice: Choice, program: Program) -> float:
        """Bits; sets that differ in their scale alone differ by its bits, where nothing is bootstrapped."""
        at = choice.parameters
        assert descriptor.noise is not None
        scale = at.scale_bits if at.bootstrap is None else 0
        primes = at.special_primes if descriptor.noise.floors else 0
        content = at.name if at.bootstrap is not None else (at.log_n, at.depth, primes)
        place = (_like(descriptor.noise), content, choice.program)
        if place not in self._bits:
            bits = simulated_bits(self.workload, program, at, descriptor.name, self.simulator)
            self._bits[place] = bits - scale
        return self._bits[place] + scale

    def _planned(self, descriptor: Descriptor, refresh: str) -> Iterator[tuple[Choice, Program]]:
        """Every candidate that can be planned and has room."""
        fitted = predictor(descriptor)
        for sizes in rooms(refresh):
            room = self._room(descriptor, sizes)
            if room is None:
                continue
            for at in candidates(descriptor, Wanted(self.workload.polynomial, room)):
                program = self._program(descriptor, at, room)
                if program is not None:
                    choice = self._predicted(descriptor, refresh, at, program, fitted)
                    if choice.prediction.evaluator_bytes <= self.goal.memory_bytes:
                        yield choice, program

    def _room(self, descriptor: Descriptor, sizes: Sequence[Room]) -> Room | None:
        """The least in which the model's values fit; of bootstraps, the next one.

        What just fits into a bootstrap loses a tenth of itself in its sine.
        """
        for number, room in enumerate(sizes):
            first = next(candidates(descriptor, Wanted(self.workload.polynomial, room)), None)
            if first is not None and self._program(descriptor, first, room) is not None:
                return room if room.kind is None else sizes[min(number + 1, len(sizes) - 1)]
        return None

    def _program(self, descriptor: Descriptor, at: ParameterSet, room: Room) -> Program | None:
        """The plan of a shape; None where there is none.

        What it counts hangs on no scale and no digits, and on the depth as far as a refresh gives levels.
        """
        capabilities = descriptor.capabilities(at)
        how = refresh_for(room.refresh, at, capabilities)
        complex_slots = room.kind is not None and capabilities.complex_slots
        place = (at.log_n, how, complex_slots, room)
        if place not in self._programs:
            self.tell(f"planning N = 2^{at.log_n}, depth {at.depth}, {room.refresh.replace('_', ' ')}")
            try:
                self._programs[place] = plan(
                    self.workload.polynomial,
                    at,
                    how,
                    values=self.workload.values,
                    complex_slots=complex_slots,
                    samples=len(self.workload.samples),
                )
            except PlanError as error:
                self.tell(str(error))
                self._programs[place] = None
        return self._programs[place]

    def _predicted(
        self,
        descriptor: Descriptor,
        refresh: str,
        at: ParameterSet,
        program: Program,
        fitted: Predictor,
    ) -> Choice:
        capabilities = descriptor.capabilities(at)
        threads = self.goal.threads if descriptor.threaded else 1
        where = Setting(
            at,
            capabilities,
            threads,
            bootstraps=refresh == "bootstrap",
            workers=descriptor.workers(threads),
        )
        samples = len(self.workload.samples)
        batches = -(-samples // program.layout.samples)
        told = predict(program, batches, where, descriptor, fitted, self.goal.memory_bytes)
        kind = COMPLEX if refresh == "bootstrap" and capabilities.complex_slots else PORTABLE
        trips, bootstraps = (batches * program.counts[name] for name in ("round_trips", "bootstraps"))
        return Choice(
            backend=descriptor.name,
            model=self.case.model,
            case=self.case.name,
            parameters=at,
            refresh=refresh,
            program=kind,
            prediction=told,
            samples=samples,
            refreshes=trips + bootstraps,
            network_s=trips * self.goal.network_s,
        )


def enough(choice: Choice, goal: Goal) -> bool:
    """Whether a choice reaches the bits that are wanted."""
    return choice.bits is not None and choice.bits >= goal.bits + MARGIN


def front(choices: Sequence[Choice], goal: Goal) -> list[Choice]:
    """The choices with enough bits that no other beats in all of time, memory and bits, the fastest first."""
    fit = sorted((one for one in choices if enough(one, goal)), key=lambda one: one.seconds)
    return [one for one in fit if not any(_beats(other, one) for other in fit)]


def _beats(other: Choice, one: Choice) -> bool:
    """Whether another of its case, backend and refresh is as good in everything and better in something."""
    if (other.case, other.backend, other.refresh) != (one.case, one.backend, one.refresh):
        return False
    theirs, own = _figures(other), _figures(one)
    return theirs != own and all(a <= b for a, b in zip(theirs, own, strict=True))


def _figures(one: Choice) -> tuple[float, float, float]:
    """What is the better the less it is."""
    return one.seconds, one.prediction.evaluator_bytes, -(one.bits or 0.0)


def _like(traits: Traits) -> Traits:
    """What decides noise of it."""
    return replace(traits, figures=None)
