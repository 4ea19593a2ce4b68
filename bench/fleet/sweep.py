"""Runs cells on the machines of an engine: what `bench run --executor` does.

This machine reads every cell, finds what kept records answer, and writes the records that come back; nothing
is timed on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from backends.registry import get
from bench.errors import UserError
from bench.fleet.cells import Cells, Delivered
from bench.fleet.dispatch import Done, Job, dispatched
from bench.fleet.engine import Engine
from bench.fleet.groups import groups
from bench.fleet.perform import perform
from bench.fleet.task import Delivery, Need
from bench.run.cores import used_threads
from bench.run.foreseen import Foreseen, foresee
from bench.run.service import Ready, Service
from bench.spec.cells import Cell
from models.errors import ModelError
from reports.origin import CHANGED, changed
from reports.record import Record, Status


def swept(
    service: Service, engine: Engine, cells: Sequence[Cell], rounds: int | None = None
) -> Iterator[Record]:
    """Every cell's record: first those that are there, then the others as they come.

    Args:
        service: of the folder of results.
        engine: closed by whoever started it.
        cells: what a suite and a request select.
        rounds: fresh processes a cell; None for what each cell says. Where any cell has several, all of one
            case take turns on one machine.

    Raises:
        ModelError, UserError, ReportError: as `Service.records`.
    """
    try:
        unanswered = []
        for ready in service.ready(cells, rounds):
            service.listener.begin(ready.asked.identity)
            record = service.answered(ready)
            if record is None and ready.lacking is not None:
                record = service.failed(ready, ready.lacking)
            if record is None:
                unanswered.append(ready)
            else:
                yield record
        found = groups([(ready.turn, ready.asked.cell) for ready in unanswered])
        grouped = [[unanswered[place] for place in group] for group in found]
        jobs = [Job(str(number), _task(service, group), _need(group)) for number, group in enumerate(grouped)]
        for done in dispatched(engine, perform, jobs, cut_off=lambda delivery: delivery.cut_off):
            yield from _kept(service, grouped[int(done.job.name)], done)
    finally:
        service.close()


def _task(service: Service, group: Sequence[Ready]) -> Cells:
    cells = tuple(ready.asked.cell for ready in group)
    return Cells(cells=cells, probes=service.probes, audit=service.audit, build=service.build)


def _need(group: Sequence[Ready]) -> Callable[[], Need]:
    """What a machine must have for a group, planned when it is asked for."""

    @cache
    def need() -> Need:
        often = Counter(ready.asked.identity for ready in group)
        cells = list({ready.asked.identity: ready.asked.cell for ready in group}.values())
        try:
            foreseen = foresee(cells, judged=False)
        except ModelError as error:  # it was there when the sweep began
            raise UserError(str(error)) from error
        return needed([(one, often[identity]) for identity, one in zip(often, foreseen, strict=True)])

    return need


def needed(group: Sequence[tuple[Foreseen, int]]) -> Need:
    """What a machine must have for cells that are foreseen, each with the number of its processes.

    Of a cell that can run and is not predicted, such as single primitives, no time is known, and so none of
    the group; its memory is what its suite allows.
    """
    run = [(one, times) for one, times in group if one.status is Status.OK]
    told = [(one.prediction, times) for one, times in run if one.prediction is not None]
    allowed = [one.cell.limits.memory_bytes or 0 for one, _ in run if one.prediction is None]
    return Need(
        memory_bytes=max([found.together_bytes for found, _ in told] + allowed, default=0),
        disk_bytes=max((found.disk_bytes for found, _ in told), default=0),
        threads=max(used_threads(one.cell, get(one.cell.backend)) for one, _ in group),
        seconds=sum(times * found.wall_s for found, times in told) if len(told) == len(run) else None,
    )


def _kept(
    service: Service, group: Sequence[Ready], done: Done[Cells, Delivery[Delivered]]
) -> Iterator[Record]:
    """The records of a task, kept as they came; one that says why for each cell that has none."""
    delivery = done.result or Delivery[Delivered]((), done.reason)
    for ready, delivered in zip(group, delivery.outcomes, strict=False):
        yield _adopted(service, ready, delivered, done.job.lost)
    for ready in group[len(delivery.outcomes) :]:
        service.listener.begin(ready.asked.identity)
        yield service.failed(ready, f"no record came back: {delivery.reason}")


def _adopted(service: Service, ready: Ready, delivered: Delivered, lost: int) -> Record:
    """A record that came, kept; one of another code or other libraries than here answers nothing."""
    service.listener.begin(ready.asked.identity)
    record = Record.from_json(delivered.record)
    if record.key != ready.asked.key:
        return service.failed(ready, _another(record, ready))
    environment = record.environment.model_copy(update={"lost_machines": lost})
    return service.adopt(ready, record.model_copy(update={"environment": environment}), delivered.raw)


def _another(record: Record, ready: Ready) -> str:
    """Why a record is no answer to what was asked."""
    differing = record.origin and changed(record.origin, ready.asked.origin)
    why = "; ".join(CHANGED[name] for name in differing or ())
    return f"the machine that ran it differs: {why or 'its samples are others'}; bring both to the same"
