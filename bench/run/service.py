"""Runs cells, each to a record: the one place where a record is made.

It takes cells, a folder of results and a listener, and yields records; a command, a notebook or a gate may
ask it. A cell that a kept record answers is not run again, one of which only the scoring has changed is
scored again from its raw outputs, and the listener is told why any other runs.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from backends.errors import BackendError, Unsupported
from backends.registry import Descriptor, get
from bench.environments.declaration import DEFAULT_BUILD
from bench.environments.ensure import Environment, check_build, ensure
from bench.errors import UserError
from bench.remote.machine import Machine
from bench.run.answers import Answers, Outdated
from bench.run.elsewhere import Elsewhere
from bench.run.interruption import uninterrupted
from bench.run.journal import journal
from bench.run.keeping import Keeper
from bench.run.kind import CellKind
from bench.run.kinds import kind_of
from bench.run.life import Life
from bench.run.listener import Listener
from bench.run.origin import origin
from bench.run.outcome import Outcome, guarded, unforeseen
from bench.run.records import Asked, bare_record, record_of, scored_again
from bench.run.scratch import sweep
from bench.run.session import Stage
from bench.spec.cells import Cell, turns
from models.errors import ModelError
from reports.distorted import distorted
from reports.identity import cell_id, result_key
from reports.record import Record, Status
from reports.store import RawOutputs, create_run, free


@dataclass(frozen=True)
class Ready:
    """A cell that may run.

    Attributes:
        turn: the number of its round, from 0.
        asked: the cell, and by what its record is asked.
        loaded: what its case brings.
        environment: the interpreter in which its parties run.
        lacking: why there is none; None where there is.
    """

    turn: int
    asked: Asked
    loaded: CellKind
    environment: Environment
    lacking: str | None


@dataclass
class Service:
    """One invocation: the run's folder, made with the first record, and what its cells share.

    Attributes:
        output: where runs are kept, a folder each.
        listener: told of everything as it happens.
        fresh: run cells again that a kept record answers.
        probes: decrypt every layer to see where precision goes; such a run is never timed.
        keep_parties: keep what is safe of a failed cell's evaluator beside its logs.
        audit: count what a library executes at its own calls, and fail a cell where it is something else than
            the plan has or the adapter counted; such a run is never timed.
        build: which build of each library its parties run.
        machine: where evaluators run; None where that is this machine.
        folder: the run's folder; None until there is a record.
    """

    output: Path
    listener: Listener
    fresh: bool = False
    probes: bool = False
    keep_parties: bool = False
    audit: bool = False
    build: str = DEFAULT_BUILD
    machine: Machine | None = None
    folder: Path | None = None
    _keeper: Keeper | None = None
    _loaded: dict[tuple[type[CellKind], str, int], CellKind] = field(default_factory=dict)
    _environments: dict[str, tuple[Environment, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._answers = Answers(self.output, self.listener.say)

    def records(self, cells: Sequence[Cell], rounds: int | None = None) -> Iterator[Record]:
        """Every cell's record, round by round.

        Args:
            cells: what a suite and a request select.
            rounds: fresh processes a cell; None for what each cell says.

        Raises:
            ModelError, UserError: a case's model or data are missing or do not fit each other, or no backend
                declares the build.
            ReportError: the run's folder cannot be made.
        """
        try:
            for ready in self.ready(cells, rounds):
                self.listener.begin(ready.asked.identity)
                yield self.answered(ready) or self._run(ready)
        finally:
            self.close()

    def ready(self, cells: Sequence[Cell], rounds: int | None = None) -> Iterator[Ready]:
        """Every cell in its turn, read and with an environment, before anything of it has run.

        Raises:
            as `records`.
        """
        check_build([get(name) for name in dict.fromkeys(cell.backend for cell in cells)], self.build)
        sweep(self.output)
        following = list(turns(cells, rounds))
        for _, cell in following:  # what cannot be read is told of before anything has run
            self._load(cell)
        self.listener.cells([cell for _, cell in following], self._expected)
        for turn, cell in following:
            yield self._ready(cell, turn)

    def answered(self, ready: Ready) -> Record | None:
        """The record that answers a cell, kept or scored again; None, after saying why, where it must run."""
        if self.fresh:
            return None
        found = self._answers.of(ready.asked, ready.turn, scored_again=ready.loaded.scored_again)
        if isinstance(found, Outdated):
            return self._score_again(ready, found)[ready.turn]
        return found

    def adopt(self, ready: Ready, record: Record, raw: RawOutputs | None) -> Record:
        """Keep a record that another machine made of a cell, as one of this run."""
        keeper = self._open()
        adopted = record.model_copy(update={"run_id": keeper.run.run_id})
        keeper.keep(adopted, raw)
        self._tell(adopted)
        return adopted

    def failed(self, ready: Ready, reason: str) -> Record:
        """Keep the record of a cell that could not run."""
        return self._kept_record(ready.asked, ready.loaded, Outcome.failed(reason), self.output)

    def close(self) -> None:
        """Give back what is held for the next record."""
        if self._keeper is not None:
            self._keeper.close()

    @property
    def misplaced(self) -> int:
        """How many records or raw outputs could not be written where they belong."""
        return 0 if self._keeper is None else self._keeper.misplaced

    def _expected(self, cell: Cell) -> Sequence[tuple[str, float]]:
        """The seconds of a cell's stages; nothing where it cannot run, as it says in its turn."""
        try:
            return self._load(cell).expected(cell, get(cell.backend))
        except (BackendError, ModelError, UserError):
            return ()

    def _ready(self, cell: Cell, turn: int) -> Ready:
        """A cell in one of its rounds, with what its record is asked by."""
        descriptor, loaded = get(cell.backend), self._load(cell)
        environment, lacking = self._environment(descriptor, cell, loaded)
        address = None if self.machine is None else self.machine.address
        identity = cell_id(
            cell.suite, cell.case.name, cell.backend, cell.parameter_set_name, loaded.subject.ids, address
        )
        found = origin(
            cell,
            loaded,
            descriptor,
            environment,
            probes=self.probes,
            audit=self.audit,
            evaluator=address,
        )
        asked = Asked(cell, identity, result_key(identity, found), found)
        return Ready(turn, asked, loaded, environment, lacking)

    def _run(self, ready: Ready) -> Record:
        """The record of a cell that runs here and now."""
        cell, asked, lacking = ready.asked.cell, ready.asked, ready.lacking
        elsewhere, unreachable = self._elsewhere(ready.environment) if lacking is None else (None, None)
        folder = free(self._open().run.folder / f"{cell.case.name}.{cell.backend}.{asked.key[:16]}")
        with journal(self.output, asked.identity, asked.key, fresh=self.fresh) as batches:
            life = Life(
                cell,
                get(cell.backend),
                ready.environment,
                folder,
                self.listener,
                probes=self.probes,
                keep_parties=self.keep_parties,
                audit=self.audit,
                journal=batches,
                elsewhere=elsewhere,
            )
            record = self._lived(asked, ready.loaded, life, lacking or unreachable)
            if batches is not None and life.outcome.decrypted is not None:
                batches.forget()  # nothing is left to be computed
        return record

    def _lived(self, asked: Asked, loaded: CellKind, life: Life, lacking: str | None) -> Record:
        """The record of a cell that runs now; `lacking` is why it cannot."""
        folder = life.folder
        try:
            folder.mkdir()
            outcome = Outcome.failed(lacking) if lacking else life.live(lambda one: _whole(loaded, one))
        except KeyboardInterrupt:
            with uninterrupted():
                shutil.rmtree(folder, ignore_errors=True)
                life.outcome.status = Status.INTERRUPTED
                life.outcome.reason = f"interrupted in {life.outcome.stage}"
                self._kept_record(asked, loaded, life.outcome, folder)
            raise
        except OSError as error:
            outcome = Outcome.failed(f"{folder} cannot be made ({error.strerror}); make it possible")
        return self._kept_record(asked, loaded, outcome, folder)

    def _elsewhere(self, environment: Environment) -> tuple[Elsewhere | None, str | None]:
        """The machine of a cell's evaluator where that is another one; or why it cannot be used."""
        if self.machine is None:
            return None, None
        try:
            return Elsewhere.found(self.machine, environment), None
        except UserError as error:
            return None, str(error)

    def _kept_record(self, asked: Asked, loaded: CellKind, outcome: Outcome, folder: Path) -> Record:
        """The record of what became of a cell, kept; a bare one, with the reason, where none can be made."""
        keeper, raw = self._open(), None
        try:
            record = record_of(keeper.run.run_id, asked, loaded, outcome)
            raw = loaded.raw_outputs(outcome) if outcome.status is not Status.INTERRUPTED else None
        except Exception as error:  # whatever it is, it must not cost the record
            record = bare_record(keeper.run.run_id, asked, outcome, unforeseen(error, folder))
        keeper.keep(record, raw)
        self._tell(record)
        return record

    def _score_again(self, ready: Ready, outdated: Outdated) -> list[Record]:
        """New records of kept raw outputs, written oldest first; returned newest first, as they were given.

        All processes of a cell are scored at once: with the first new record the old ones cease to answer.
        """
        keeper, made = self._open(), []
        asked, loaded = ready.asked, ready.loaded
        for stored, raw in reversed(list(zip(outdated.stored, outdated.raws, strict=True))):
            outcome = Outcome(datetime.now(timezone.utc))
            guarded(outcome, keeper.run.folder, partial(_scored, asked.cell, loaded, outcome, raw))
            record = scored_again(keeper.run.run_id, asked, loaded, stored.record, outcome)
            keeper.keep(record, loaded.raw_outputs(outcome))
            self._tell(record)
            made.append(record)
        return made[::-1]

    def _tell(self, record: Record) -> None:
        if record.reason is not None:
            self.listener.say(f"  {record.status.value}: {record.reason}")
        if found := distorted(record):
            self.listener.say(f"  not ranked by its times: {found}")

    def _open(self) -> Keeper:
        if self._keeper is None:
            self._keeper = Keeper(create_run(self.output), self.listener.say)
            self.folder = self._keeper.run.folder
        return self._keeper

    def _load(self, cell: Cell) -> CellKind:
        kind = kind_of(cell)
        place = (kind, cell.case.name, cell.samples)
        if place not in self._loaded:
            self._loaded[place] = kind.load(cell, self.listener.held_out)
        return self._loaded[place]

    def _environment(
        self, descriptor: Descriptor, cell: Cell, loaded: CellKind
    ) -> tuple[Environment, str | None]:
        """A backend's environment, or, where it cannot be made, why; other backends' cells go on.

        None is made for a cell that cannot run, because that can take minutes; its record will say why.
        """
        if not _can_run(cell, loaded, descriptor):
            return _absent(descriptor), None
        if descriptor.name not in self._environments:
            try:
                self._environments[descriptor.name] = (
                    ensure(descriptor, self.listener.environment, self.build),
                    None,
                )
            except UserError as error:
                self._environments[descriptor.name] = _absent(descriptor), str(error)
        return self._environments[descriptor.name]


def _can_run(cell: Cell, loaded: CellKind, descriptor: Descriptor) -> bool:
    """Whether nothing is known before there are keys that keeps a cell from running, foreseen or not."""
    try:
        loaded.check_beforehand(cell, descriptor)
    except Exception:
        return False
    return True


def _absent(descriptor: Descriptor) -> Environment:
    return Environment(descriptor.name, Path(sys.executable), {}, made=False)


def _whole(loaded: CellKind, life: Life) -> None:
    """Run a cell and see that its result is right.

    Raises:
        Unsupported: an audit is asked for, and there is no program to which it could hold calls.
    """
    if life.audit and not loaded.audited:
        raise Unsupported(
            "an audit holds a library's calls to a program, and this cell has none; leave out --audit"
        )
    loaded.run(life)
    life.report(Stage("scoring"))
    loaded.check(life.outcome, life.cell.limits)


def _scored(cell: Cell, loaded: CellKind, outcome: Outcome, raw: RawOutputs) -> None:
    """Take kept raw outputs for what was decrypted, and see that it is right."""
    loaded.check(loaded.restored(outcome, raw), cell.limits)


def is_failure(record: Record, asked_for: Sequence[str]) -> bool:
    """Whether a record is a failure of the run.

    Where a backend cannot do a cell, that is not a failure, unless the backend was asked for by name alone.
    """
    if record.status is Status.UNSUPPORTED:
        return tuple(asked_for) == (record.backend,)
    return record.status is not Status.OK
