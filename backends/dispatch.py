"""Runs the instructions of a program one after the other, or several at once on workers.

What comes first in the program begins first: an instruction whose operands and constants are there, or the
encoding of a constant for one. No instruction begins more than `LOOK_AHEAD` behind the first that is not
done, so that ciphertexts are freed nearly as in the program's order. Nothing is computed in another way than
one after the other: each result is made of the same operands, so it is the same number.

The calling thread alone chooses, checks, frees and speaks with the key owner. A round trip or a probe begins
when all before it is done, and nothing behind it begins before it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from backends.constants import Constants, Stream
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Plaintext
from backends.measured import Span
from backends.primitives import Primitive, primitive
from backends.program import Instruction, Program

#: How far behind the first instruction that is not done another may begin.
LOOK_AHEAD = 16
#: What needs the key owner, or computes nothing.
BARRIERS = (Primitive.ROUND_TRIP, Primitive.PROBE, Primitive.INPUT)

#: Told after each instruction: (its index, the instruction, seconds that a worker was busy with it).
Progress = Callable[[int, Instruction, float], None]
#: Computes in a worker's thread, and returns what the calling thread does with the result.
Work = Callable[[], Callable[[], None]]


class Machine(Protocol):
    """The ciphertexts alive, and what each operation does to them."""

    def ready(self, instruction: Instruction) -> bool:
        """Whether the operands are there."""

    def operands(self, instruction: Instruction) -> list[Ciphertext]:
        """The operands of an instruction that is ready."""

    def execute(
        self, instruction: Instruction, operands: list[Ciphertext], constants: Sequence[Plaintext]
    ) -> Sequence[Ciphertext]:
        """Compute the results, in any thread."""

    def finish(self, index: int, instruction: Instruction, results: Sequence[Ciphertext]) -> None:
        """Check the results and keep them, and free what is not read again."""


class Pauses(Protocol):
    """Says when a replay is to be kept, and keeps it."""

    def after(self, index: int) -> int | None:
        """The next boundary behind an instruction, if the replay is to be kept there; else None."""

    def keep(self, boundary: int, spans: Sequence[Span]) -> None:
        """Keep the replay, of which all before the boundary is done and nothing else has begun."""


class NoPauses:
    """A replay is never kept."""

    def after(self, index: int) -> int | None:
        """Nowhere."""

    def keep(self, boundary: int, spans: Sequence[Span]) -> None:
        """Nothing is kept."""


@dataclass(frozen=True)
class Workers:
    """Who computes.

    Attributes:
        count: how many instructions run at once; 1 is the calling thread, with all threads of the library.
        begin: called first in the thread of each of several, so that the library computes in that one alone.
        alone: the instructions that run by themselves, in the calling thread.
    """

    count: int = 1
    begin: Callable[[], None] = lambda: None
    alone: Collection[int] = ()


class Dispatch:
    """The pieces of work of one replay.

    Attributes:
        spans: those that are done.
    """

    def __init__(
        self,
        program: Program,
        machine: Machine,
        constants: Constants,
        workers: Workers,
        progress: Progress,
        pauses: Pauses,
        done: tuple[int, Sequence[Span]] = (0, ()),
    ) -> None:
        """Stand where nothing is done, or where a replay was kept.

        Args:
            program: what is run.
            machine: see `Machine`.
            constants: the program's.
            workers: who computes.
            progress: told after each instruction.
            pauses: say when the replay is to be kept.
            done: the first instruction that is not done, and the spans of those before it.
        """
        first, spans = done
        self.spans: list[Span] = list(spans)
        self._program, self._machine, self._constants = program, machine, constants
        self._workers, self._progress, self._pauses = workers, progress, pauses
        self._stream = Stream(program, constants, first)
        self._begun = [index < first for index in range(len(program.instructions))]
        self._done = list(self._begun)
        self._first = first  # that is not done
        self._last = first - 1  # that has begun
        self._boundary: int | None = None  # before which the replay is to be kept
        self._computing = 0
        self._running: set[Future[Callable[[], None]]] = set()

    def run(self) -> None:
        """Run everything. No thread is left behind, however it ends.

        Raises:
            ExecutionError: an instruction reads what nothing made; or whatever a piece of work raises, after
                which no other one begins.
        """
        if self._workers.count == 1:
            self._run_all(None)
            return
        pool = ThreadPoolExecutor(self._workers.count, "worker", self._workers.begin)
        try:
            self._run_all(pool)
        finally:
            pool.shutdown(cancel_futures=True)

    def _run_all(self, pool: ThreadPoolExecutor | None) -> None:
        while self._first < len(self._done):
            if self._first == self._boundary:
                self._keep()
            while len(self._running) < self._workers.count and self._begin_next(pool):
                pass
            self._settle()

    def _settle(self) -> None:
        """Wait until a worker is done, and take what it made."""
        if not self._running:
            if self._first < len(self._done) and self._first != self._boundary:
                raise ExecutionError(f"instruction {self._first} reads what nothing made; plan it again")
            return
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()()

    def _keep(self) -> None:
        """Keep the replay, once no constant is being encoded either."""
        while self._running:
            self._settle()
        boundary, started = self._first, perf_counter()
        self._pauses.keep(boundary, self.spans)
        self.spans.append(Span(boundary, None, started, perf_counter(), pause=True))
        self._boundary = None

    def _begin_next(self, pool: ThreadPoolExecutor | None) -> bool:
        """Begin what comes first; False where nothing can begin now."""
        index, upcoming = self._ready(), self._stream.upcoming()
        if upcoming is not None and (index is None or upcoming[0] < index) and self._encode(pool):
            return True
        if index is None:
            return False
        if pool is not None and not self._by_itself(index):
            self._start(pool, index)
            return True
        if self._computing:
            return self._encode(pool)
        while pool is not None and self._encode(pool):
            pass  # as much as finds room, for workers have nothing else to do meanwhile
        self._start(None, index)
        return True

    def _ready(self) -> int | None:
        """The first instruction that can begin."""
        end = len(self._done) if self._boundary is None else self._boundary
        for index in range(self._first, min(self._first + self._ahead, end)):
            instruction = self._program.instructions[index]
            barrier = primitive(instruction.operation) in BARRIERS
            if barrier and index > self._first:
                return None
            if not self._begun[index] and self._machine.ready(instruction) and self._stream.has(index):
                return index
            if barrier:
                return None
        return None

    @property
    def _ahead(self) -> int:
        return 1 if self._workers.count == 1 else LOOK_AHEAD

    def _by_itself(self, index: int) -> bool:
        operation = primitive(self._program.instructions[index].operation)
        return operation in BARRIERS or index in self._workers.alone

    def _encode(self, pool: ThreadPoolExecutor | None) -> bool:
        """Begin to encode the upcoming constant; False where there is none, or no room."""
        upcoming = self._stream.upcoming()
        constant = self._stream.admit(self._first)
        if upcoming is None or constant is None:
            return False
        self._submit(pool, self._encoding(upcoming[0], constant))
        return True

    def _start(self, pool: ThreadPoolExecutor | None, index: int) -> None:
        self._begun[index] = True
        self._last = max(self._last, index)
        self._computing += 1
        self._submit(pool, self._instruction(index))

    def _submit(self, pool: ThreadPoolExecutor | None, work: Work) -> None:
        if pool is None:
            work()()
        else:
            self._running.add(pool.submit(work))

    def _encoding(self, index: int, constant: int) -> Work:
        def work() -> Callable[[], None]:
            started = perf_counter()
            plaintext = self._constants.encoded(constant)
            span = Span(index, constant, started, perf_counter())

            def take() -> None:
                self._stream.put(constant, plaintext)
                self.spans.append(span)

            return take

        return work

    def _instruction(self, index: int) -> Work:
        instruction = self._program.instructions[index]
        operands = self._machine.operands(instruction)
        constants = self._stream.begin(index)

        def work() -> Callable[[], None]:
            started = perf_counter()
            results = self._machine.execute(instruction, operands, constants)
            span = Span(index, None, started, perf_counter())
            operands.clear()  # so that what is freed is not kept here
            constants.clear()
            return lambda: self._finish(span, instruction, results)

        return work

    def _finish(self, span: Span, instruction: Instruction, results: Sequence[Ciphertext]) -> None:
        self._computing -= 1
        self.spans.append(span)
        self._machine.finish(span.index, instruction, results)
        self._stream.finish(span.index)
        self._done[span.index] = True
        while self._first < len(self._done) and self._done[self._first]:
            self._first += 1
        if self._boundary is None:
            self._boundary = self._pauses.after(self._last)
        self._progress(span.index, instruction, span.busy_s)
