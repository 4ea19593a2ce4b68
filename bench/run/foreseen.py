"""What becomes of cells as far as it is known before there are keys: the same answer for every command."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

from backends.errors import BackendError, Unsupported
from backends.registry import get
from bench.run.kind import CellKind
from bench.run.kinds import kind_of, load
from bench.run.prediction.measured import case_of
from bench.run.prediction.prediction import Prediction
from bench.run.prediction.predictor import Predictor, predictor
from bench.spec.cells import Cell
from reports.record import Record, Status

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Foreseen:
    """A cell, and what `bench run` will make of it as far as that can be told.

    Attributes:
        cell: the cell.
        status: ok where it can run, unsupported where the backend cannot, failed where the suite is mistaken.
        reason: the sentence of the record; None where it can run.
        estimate: what it will count, need and take, by name; empty where it cannot run.
        prediction: the same as numbers; None where no program is planned.
        elsewhere: bytes of memory of another machine → what is predicted there, where a program is planned.
    """

    cell: Cell
    status: Status
    reason: str | None = None
    estimate: Mapping[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    elsewhere: Mapping[int, Prediction] = field(default_factory=dict)


def foresee(
    cells: Iterable[Cell],
    records: Sequence[Record] = (),
    *,
    unseen: bool = False,
    judged: bool = True,
    memories: Collection[int] = (),
) -> list[Foreseen]:
    """Do for every cell what a run does before it makes a key; what a case brings is loaded once.

    Cells are planned, which takes seconds each, because only a program tells whether levels suffice and
    values fit where they are decrypted or refreshed.

    Args:
        cells: what a suite and a request select.
        records: of earlier runs, to which the prediction of times is fitted.
        unseen: whether nothing that was measured of a cell's own case may serve its prediction.
        judged: whether estimates tell how far predicted times are off, which takes as long as to plan.
        memories: bytes of memory of other machines, for each of which cells are predicted too.

    Raises:
        ModelError, UserError: a case's model or data are missing or do not fit each other.
    """
    loaded: dict[tuple[type[CellKind], str, int], CellKind] = {}
    fitted = cache(lambda backend, case: replace(predictor(get(backend), records, case), judged=judged))
    found = []
    for cell in cells:
        place = kind_of(cell), cell.case.name, cell.samples
        if place not in loaded:
            loaded[place] = load(cell)
        case = case_of(cell.suite, cell.case.name) if unseen else None
        found.append(_foreseen(cell, loaded[place], partial(fitted, cell.backend, case), memories))
    return found


def _foreseen(
    cell: Cell, loaded: CellKind, fitted: Callable[[], Predictor], memories: Collection[int]
) -> Foreseen:
    try:
        told = loaded.estimate(cell, get(cell.backend), fitted(), memories)
        return Foreseen(cell, Status.OK, None, told.figures, told.prediction, told.elsewhere)
    except Unsupported as error:
        return Foreseen(cell, Status.UNSUPPORTED, str(error))
    except BackendError as error:
        return Foreseen(cell, Status.FAILED, str(error))
    except Exception as error:  # the adapter's own mistake: in a run too it fails its cells alone
        logger.info("%s", cell.backend, exc_info=True)
        return Foreseen(cell, Status.FAILED, f"{type(error).__name__}: {error}")


def none_can_run(found: Sequence[Foreseen]) -> bool:
    """Whether a run would measure nothing."""
    return all(one.status is not Status.OK for one in found)
