"""What the lives of all cells share: limits, and parties."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from time import monotonic

import psutil

from backends.errors import Unsupported
from backends.interface import SecurityFacts
from backends.registry import Descriptor
from backends.security import check_demand, foretold, judge
from bench.environments.ensure import Environment
from bench.parties.errors import PartyError
from bench.remote.machine import RemoteParty
from bench.run import host, recording
from bench.run.cores import Cores, claimed, used_threads
from bench.run.elsewhere import Elsewhere
from bench.run.energy import Meter
from bench.run.errors import CellError
from bench.run.exchanges import Evaluation
from bench.run.journal import CellJournal
from bench.run.kept_session import KeptSession
from bench.run.listener import Listener
from bench.run.outcome import Outcome, guarded
from bench.run.session import News, Roles, Session, Stage
from bench.run.spending import REPEATS
from bench.run.stage_limits import of_stage
from bench.run.survival import Survival
from bench.spec.cells import Cell
from reports import record
from reports.costs import Energy
from reports.figures import size
from reports.record import Status

#: How long the parties of a cell may take whose suite says nothing: three days.
DEFAULT_SECONDS = 259_200.0
#: Exceptions of a party that mean that memory ran out.
OUT_OF_MEMORY = ("MemoryError", "OutOfMemory")


@dataclass(frozen=True)
class Life:
    """One cell's life on one backend, up to its outcome.

    Attributes:
        cell: what is run.
        descriptor: the backend.
        environment: the interpreter in which its parties run.
        folder: where the parties' folders and logs go.
        listener: told of stages and progress.
        probes: whether every layer is decrypted.
        keep_parties: whether what is safe of a failed evaluator's folder stays beside its log.
        audit: whether what the library executes is counted at its own calls.
        elsewhere: the machine of the evaluator; None where it is this one.
        journal: where batches are kept that are computed; nowhere where it is None.
        meter: of the processor's energy.
        outcome: what has become of the cell so far.
    """

    cell: Cell
    descriptor: Descriptor
    environment: Environment
    folder: Path
    listener: Listener
    probes: bool
    keep_parties: bool = False
    audit: bool = False
    elsewhere: Elsewhere | None = None
    journal: CellJournal | None = None
    meter: Meter = field(default_factory=Meter)
    outcome: Outcome = field(default_factory=lambda: Outcome(datetime.now(timezone.utc)))

    @property
    def binding(self) -> str | None:
        """`module:NAME` of the binding by which the evaluator is audited; None where it is not.

        Raises:
            Unsupported: an audit is asked for, and the backend says of no library what its calls execute.
        """
        if self.audit and self.descriptor.audit is None:
            raise Unsupported(
                f"{self.descriptor.name} has no library whose calls an audit could count, or does not say "
                "what they execute; leave out --audit, or name a binding in its descriptor"
            )
        return self.descriptor.audit if self.audit else None

    def live(self, work: Callable[[Life], None]) -> Outcome:
        """Do the work of a kind of cell, and measure the machine around it."""
        stolen = host.steal_s()
        guarded(self.outcome, self.folder, lambda: work(self))
        self.outcome.environment = self._environment(stolen)
        if self.elsewhere is not None:
            self.outcome.remote = self.elsewhere.recorded(key_owner=self.outcome.environment)
            self.outcome.environment = self._environment_there(self.elsewhere.environment())
        return self.outcome

    def _environment(self, stolen: float | None) -> record.Environment:
        """The machine, and the interpreter and libraries of the parties."""
        measured = host.environment(self.threads, self.environment.versions, self.environment.built_with())
        now = host.steal_s()
        cores, prepared = self.outcome.cores, self.outcome.figures.prepared
        return measured.model_copy(
            update={
                "workers": prepared and prepared.workers,
                "pinned": list(cores.pinned) or None,
                "shared": list(cores.shared) if cores.pinned else None,
                "python": self.environment.versions.get("python", measured.python),
                "stopped_s": self.outcome.figures.stopped_s,
                "isolation": self.outcome.figures.protection.isolation,
                "swap": self.outcome.figures.protection.swap,
                "steal_s": None if now is None or stolen is None else max(0.0, now - stolen),
            }
        )

    def _environment_there(self, measured: record.Environment) -> record.Environment:
        """The evaluator's machine, with what is known of it at this end."""
        prepared, protection = self.outcome.figures.prepared, self.outcome.figures.protection
        return measured.model_copy(
            update={
                "workers": prepared and prepared.workers,
                "isolation": protection.isolation,
                "swap": protection.swap,
            }
        )

    def report(self, news: News) -> None:
        """Tell of a stage or of progress, and remember the stage."""
        if isinstance(news, Stage):
            stage = of_stage(news.name, self.cell.limits.stages)[0].removesuffix("_s")
            self.meter.begin(stage)
            self.outcome.figures.spending.begin(stage)
            self.outcome.stage, self.outcome.stage_began_s = news.name, monotonic()
        self.listener.report(news)

    @property
    def kept_session(self) -> KeptSession | None:
        """The folders of a program's parties that outlive this run, where the suite asks for it.

        Those of several key owners, of an evaluator elsewhere and of an audit do not.
        """
        seconds, owners = self.cell.limits.keep_keys_s, self.cell.parameter_set.parameters.parties
        if seconds is None or self.journal is None or owners > 1 or self.elsewhere or self.audit:
            return None
        return self.journal.session(seconds)

    def watched(
        self,
        roles: Roles,
        adapter: str,
        use: Callable[[Session], None],
        kept: KeptSession | None = None,
    ) -> None:
        """The parties' part, with an eye on the memory of all processes.

        Args:
            roles: what the two parties are.
            adapter: the `module:Class` that they import.
            use: what is said to the parties.
            kept: their folders, where these outlive this run.

        Raises:
            CellError: a party took too long, or memory ran out; the sentence names limit and stage.
            PartyError: a party could not do what it was asked for.
        """
        limits, outcome = self.cell.limits, self.outcome
        with claimed(self.threads) as cores:
            self._tell_of(cores)
            started = monotonic()
            with (
                self.meter.running(),
                host.Sampler(limit_bytes=limits.memory_bytes, spared=[os.getpid()]) as sampler,
            ):
                outcome.figures.survival = Survival(
                    limits.restarts, limits.checkpoint_s, self.listener.say, lambda: sampler.exceeded
                )
                session = partial(
                    Session,
                    python=self.environment.python,
                    adapter=adapter,
                    roles=roles,
                    threads=self.threads,
                    cores=cores.pinned,
                    folder=self.folder,
                    logs=self.folder,
                    deadline=started + self.seconds,
                    stage_deadline=self._stage_deadline,
                    report=self.report,
                    watch=sampler.add,
                    keep_on_failure=self.keep_parties,
                    elsewhere=self._starter(roles, adapter),
                    kept=kept,
                )
                try:
                    self._survive(session, use)
                except PartyError as error:
                    raise self._at_a_limit(error, together=sampler.exceeded) from error
                finally:
                    figures = outcome.figures
                    figures.together_peak_bytes = None if self.elsewhere else sampler.peak_bytes
                    figures.stopped_s = sampler.stopped_s
                    self._tell_of_those_that_came(cores)
            before_s = 0.0 if kept is None else kept.before_s
            figures.wall_s = before_s + monotonic() - started - figures.repeats_s
            figures.energy = self._energy(kept)

    def _starter(self, roles: Roles, adapter: str) -> Callable[[Path], RemoteParty] | None:
        """What starts the evaluator on another machine; None where it runs on this one."""
        if self.elsewhere is None:
            return None
        return self.elsewhere.starter(self.cell, self.descriptor, roles.evaluator, adapter, self.threads)

    def _survive(self, session: Callable[..., Session], use: Callable[[Session], None]) -> None:
        """Use a session; where a party dies over it, another one with new keys, as often as allowed."""
        while True:
            figures = self.outcome.figures
            figures.survival.begins()
            try:
                with session(
                    peaks=figures.peaks, protection=figures.protection, spending=figures.spending
                ) as opened:
                    use(opened)
                return
            except PartyError as error:
                if not figures.survival.again(error):
                    raise
            self.outcome.figures = figures.afresh()

    def evaluate(self, session: Session, evaluate: Callable[[int], Evaluation]) -> None:
        """Evaluate as often as the cell asks; what comes after the first is no part of its wall time."""
        figures = self.outcome.figures
        figures.evaluations.append(evaluate(0))
        figures.wire = recording.wire(session.wire.crossed, figures)
        started = monotonic()
        with self.meter.resting(), figures.spending.of(REPEATS):
            for repeat in range(1, self.cell.repeats):
                figures.evaluations.append(evaluate(repeat))
        figures.repeats_s = monotonic() - started

    def _energy(self, kept: KeptSession | None) -> Energy:
        """Of this machine's processors, where both parties ran on it from their beginning."""
        if self.elsewhere is not None:
            return Energy(absent="the evaluator runs on another machine")
        if kept is not None and kept.resumed:
            return Energy(absent="the parties went on where others had ended")
        return self.meter.energy

    @property
    def seconds(self) -> float:
        """How long the parties may take."""
        return self.cell.limits.seconds or DEFAULT_SECONDS

    @property
    def threads(self) -> int:
        """How many the evaluator uses."""
        return used_threads(self.cell, self.descriptor)

    @property
    def workers(self) -> int:
        """How many instructions of a program the evaluator runs at once; an audit holds them one by one."""
        return self.descriptor.workers(self.threads) if self.binding is None else 1

    def _tell_of(self, cores: Cores) -> None:
        """Keep where the parties are pinned, and say so where another run is there too."""
        self.outcome.cores = cores
        if cores.shared:
            names = ", ".join(map(str, cores.shared))
            self.listener.say(
                f"  core {names}: another run holds it, so both are slow; run one after the other"
            )

    def _tell_of_those_that_came(self, cores: Cores) -> None:
        """Keep, and say, to which cores another run has come meanwhile."""
        joined = cores.joined()
        if joined:
            self.outcome.cores = replace(cores, shared=tuple(sorted((*cores.shared, *joined))))
            names = ", ".join(map(str, joined))
            self.listener.say(
                f"  core {names}: another run came to it, so both are slow; run one after the other"
            )

    def _at_a_limit(self, error: PartyError, *, together: bool) -> CellError | PartyError:
        """The sentence about a limit that ended a party; any other error as it is.

        Args:
            error: how the party ended.
            together: whether it was ended because all processes together passed the limit of memory.
        """
        limits, stage = self.cell.limits, self.outcome.stage
        allowed = limits.memory_bytes and f"{size(limits.memory_bytes)} (limits.memory_bytes)"
        if together:
            text = f"out of memory in {stage}: all processes together passed {allowed}; raise the limit"
            return CellError(Status.OUT_OF_MEMORY, text)
        if error.kind in OUT_OF_MEMORY:
            bound = f"the limit is {allowed}" if allowed else "limits.memory_bytes sets no limit"
            return CellError(Status.OUT_OF_MEMORY, f"out of memory in {stage}: {error}; {bound}")
        if error.kind == "TimedOut":
            text = f"timed out after {self._time_limit()} in {stage}; raise the limit"
            return CellError(Status.TIMED_OUT, text)
        if error.kind == "Idle":
            return CellError(Status.TIMED_OUT, f"timed out in {stage}: {error}")
        return error

    def _stage_deadline(self) -> float:
        """When the stage that was begun last must have ended, by `time.monotonic`."""
        _, seconds = of_stage(self.outcome.stage, self.cell.limits.stages)
        return self.outcome.stage_began_s + seconds

    def _time_limit(self) -> str:
        """The limit that was passed: of the stage, where that is over, else of all stages."""
        limits = self.cell.limits
        if monotonic() >= self._stage_deadline():
            name, seconds = of_stage(self.outcome.stage, limits.stages)
            by, said = f"limits.stages.{name}", name in limits.stages.model_fields_set
        else:
            by, seconds, said = "limits.seconds", self.seconds, limits.seconds is not None
        return f"{seconds:g} s ({by}{'' if said else ', where a suite sets none'})"

    def judge(self, facts: SecurityFacts) -> None:
        """Compute what the keys really reach.

        Raises:
            ParameterError: less than the suite demands.
            CellError: the set's name says otherwise.
        """
        if facts.secret == "none":  # the simulator has no key to judge
            return
        parameters, found = self.cell.parameter_set.parameters, judge(facts)
        self.outcome.figures.security = found
        check_demand(parameters, facts)
        if found.secure != judge(foretold(parameters, self.descriptor.capabilities)).secure:
            raise CellError(
                Status.FAILED,
                f"the keys have a log QP of {found.log_qp:.4f} bits, which the name "
                f"{self.cell.parameter_set_name} contradicts; have the capabilities of "
                f"{self.descriptor.name} foretell the security of its keys",
            )

    def room(self, keys_bytes: int, evaluator_bytes: int) -> int:
        """Bytes of memory beside what the evaluator needs, which is told for the library's usual build.

        Raises:
            CellError: the keys cannot fit the disk, or the evaluator what memory there is for it.
        """
        there = self.elsewhere.described if self.elsewhere else None
        free = shutil.disk_usage(self.folder).free
        if (kept := self.kept_session) is not None:
            free += kept.bytes_there()
        if there is not None:
            free = min(free, there.free_bytes)
        files = self.descriptor.footprint.key_files(keys_bytes)
        if files > free:
            raise CellError(
                Status.FAILED,
                f"the keys need about {size(files)} and {self.folder} has "
                f"{size(free)} free; free some or choose another --output",
            )
        evaluator_bytes = self.descriptor.footprint.evaluator_bytes(evaluator_bytes, self.environment.build)
        limit = self.cell.limits.memory_bytes or sys.maxsize
        unused = there.available_bytes if there else psutil.virtual_memory().available
        available = min(unused, limit)
        if evaluator_bytes > available:
            bound = "limits.memory_bytes allows" if limit < unused else "the machine has"
            remedy = "raise the limit" if limit < unused else "free some"
            raise CellError(
                Status.OUT_OF_MEMORY,
                f"out of memory in {self.outcome.stage}: the evaluator needs about "
                f"{size(evaluator_bytes)} and {bound} {size(available)}; {remedy}, or use a smaller "
                "parameter set",
            )
        return available - evaluator_bytes
