"""`bench run`: every cell of a suite, each to a record."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from backends.registry import Descriptor, get
from bench.cli.commands.options import Selection, selection
from bench.cli.progress import Display
from bench.cli.tables import held_out, layers, primitives, summaries
from bench.environments.ensure import Environment, ensure
from bench.errors import UserError
from bench.run import recording
from bench.run.origin import origin
from bench.run.runner import Outcome
from bench.run.session import sweep
from bench.run.subject import Subject, ladder_of, load_subject, raw_outputs, runner
from bench.spec.cells import Cell, turns
from reports.identity import cell_id, result_key
from reports.record import Record, Status
from reports.store import Run, all_finished, create_run, free


@click.command()
@selection
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Where runs are kept, a folder each.",
)
@click.option("--fresh", is_flag=True, help="Run cells again that a kept run has answered.")
@click.option("--probes", is_flag=True, help="Decrypt every layer to see where precision goes; never timed.")
@click.option("--rounds", type=click.IntRange(1), help="Fresh processes a cell, in turns with the others.")
def run(output: Path, fresh: bool, probes: bool, rounds: int | None, **selected: object) -> int:
    """Run the cells of SUITE, a path or a name under suites/."""
    cells = Selection(**selected).cells()  # type: ignore[arg-type]
    console = Console()
    with Display(console) as display:
        session = _Session(output, fresh, probes, display)
        records = [session.run(cell, turn) for turn, cell in turns(cells, rounds)]
    for table in held_out(records):
        console.print(table)
    for table in (*summaries(records), *primitives(records)):
        console.print(table)
    for record in records:
        if record.ladder.layers:
            console.print(layers(record))
    console.print(f"records: {session.folder}" if session.folder else "every cell was answered by a kept run")
    return int(any(_is_failure(record, selected["backend"]) for record in records))


def _is_failure(record: Record, asked_for: object) -> bool:
    """What a backend cannot do is no failure, unless it was asked for by name alone."""
    if record.status is Status.UNSUPPORTED:
        return asked_for == (record.backend,)
    return record.status is not Status.OK


class _Session:
    """One invocation: the run's folder, made with the first record, and what cells share."""

    def __init__(self, output: Path, fresh: bool, probes: bool, display: Display) -> None:
        sweep(output)
        self.folder: Path | None = None
        self._output, self._fresh, self._probes, self._display = output, fresh, probes, display
        self._run: Run | None = None
        self._subjects: dict[str, Subject] = {}
        self._environments: dict[str, tuple[Environment, str | None]] = {}

    def run(self, cell: Cell, turn: int) -> Record:
        """A cell's record of one of its turns, from a kept run where it stands already."""
        descriptor = get(cell.backend)
        subject = self._subject(cell)
        environment, lacking = self._environment(descriptor)
        identity = cell_id(cell.suite, cell.case.name, cell.backend, cell.choice.name, subject.ids)
        key = result_key(origin(cell, identity, subject, descriptor, environment, self._probes))
        self._display.begin(identity)
        if not self._fresh:
            kept_records = all_finished(self._output, identity, key)
            if len(kept_records) > turn:
                answer = kept_records[turn].record
                self._display.say(f"  answered by {answer.run_id}; --fresh runs it again")
                return answer
        kept = self._open()
        logs = free(kept.folder / f"{cell.case.name}.{cell.backend}.{key[:16]}")
        logs.mkdir()
        running = runner(cell, subject, descriptor, environment, logs, self._display)
        outcome = Outcome.failed(lacking) if lacking else running.run(cell, probes=self._probes)
        record = _record(kept.run_id, cell, identity, key, subject, outcome)
        kept.append(record, raw_outputs(subject, outcome))
        if record.reason is not None:
            self._display.say(f"  {record.status.value}: {record.reason}")
        return record

    def _open(self) -> Run:
        if self._run is None:
            self._run = create_run(self._output)
            self.folder = self._run.folder
        return self._run

    def _subject(self, cell: Cell) -> Subject:
        name = cell.case.name
        if name not in self._subjects:
            self._subjects[name] = load_subject(cell, self._display.held_out)
        return self._subjects[name]

    def _environment(self, descriptor: Descriptor) -> tuple[Environment, str | None]:
        """A backend's environment, or, where it cannot be made, why; other backends' cells go on."""
        if descriptor.name not in self._environments:
            try:
                self._environments[descriptor.name] = ensure(descriptor, self._display.environment), None
            except UserError as error:
                absent = Environment(descriptor.name, Path(sys.executable), {}, made=False)
                self._environments[descriptor.name] = absent, str(error)
        return self._environments[descriptor.name]


def _record(run_id: str, cell: Cell, identity: str, key: str, subject: Subject, outcome: Outcome) -> Record:
    figures, program = outcome.figures, outcome.program
    correct = outcome.status is Status.OK and not (program is not None and program.probes)
    environment = outcome.environment.model_copy(
        update={"libraries": {**outcome.environment.libraries, **figures.libraries}}
    )
    return Record(
        run_id=run_id,
        started_at=outcome.started_at,
        suite=cell.suite,
        case=cell.case.name,
        backend=cell.backend,
        parameter_set=cell.choice.name,
        cell=identity,
        key=key,
        status=outcome.status,
        reason=outcome.reason,
        security=recording.security(figures.security),
        weights=subject.weights,
        samples=cell.samples,
        batch=program.layout.images if program is not None else None,
        repeats=cell.repeats,
        ladder=ladder_of(subject, outcome),
        latency=recording.latency(figures, cell.samples, correct),
        memory=recording.memory(figures),
        counts=recording.counts(figures, program, outcome.batches),
        wire=figures.wire,
        environment=environment,
    )
