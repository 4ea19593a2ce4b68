"""Runs of an ablation on the machines of an engine: what `bench ablate --executor` does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from bench.fleet.dispatch import Job, dispatched
from bench.fleet.engine import Engine
from bench.fleet.perform import perform
from bench.fleet.task import Need, Task
from models import ablation, regular_files
from models.ablation import Row, Run
from models.data.literals import Tokens
from models.recipe import Recipe

#: The file in which a machine leaves what a run found.
LEFT = "found.json"


@dataclass(frozen=True)
class Training(Task[Row]):
    """A recipe that one machine trains, converts and measures.

    Attributes:
        recipe: what is made.
        work: the folder of unfinished work, there as here; stages that are finished in it are taken.
    """

    recipe: Recipe
    work: Path

    @property
    def size(self) -> int:
        """What the run found."""
        return 1

    def here(self) -> Recipe:
        """The recipe where this project lies elsewhere: folders inside of it are found in this one."""
        chosen = self.recipe
        changes: dict[str, object] = {}
        for name in ("original", "trained"):
            if (folder := getattr(chosen, name)) is not None:
                changes[name] = self.moved(folder)
        if isinstance(chosen.preparation, Tokens) and chosen.preparation.folder is not None:
            folder = self.moved(Path(chosen.preparation.folder))
            changes["preparation"] = chosen.preparation.model_copy(update={"folder": folder})
        return chosen.model_copy(update=changes)

    def run(self, folder: Path) -> None:
        """Make it, and leave what it found."""
        found = ablation.made(self.here(), self.work, lambda line: None)
        folder.mkdir()
        (folder / LEFT).write_text(json.dumps(found))

    def outcomes(self, folder: Path) -> Sequence[Row]:
        """What it found, or nothing, which a file that was cut off holds too."""
        left = folder / LEFT
        try:
            return [json.loads(regular_files.text(left))] if left.is_file() else []
        except (ValueError, RecursionError):
            return []


def made(
    engine: Engine, work: Path, report: Callable[[str], None], missing: Sequence[Run]
) -> Iterator[tuple[Run, Row]]:
    """What every run found, as it ends.

    Args:
        engine: closed by whoever started it.
        work: the folder of unfinished work on each machine; where machines share it, they share its stages.
        report: takes a line for each run that ends.
        missing: the runs.

    Raises:
        UserError: a run could not be made; said after all others have ended.
    """
    jobs = [
        Job(str(place), Training(recipe=one.recipe, work=work.absolute()), _need(one.recipe))
        for place, one in enumerate(missing)
    ]
    refused: list[str] = []
    for done in dispatched(engine, perform, jobs, cut_off=lambda delivery: delivery.cut_off):
        one = missing[int(done.job.name)]
        if done.result is not None and done.result.outcomes:
            (found,) = done.result.outcomes
            report(f"{one.variant}, seed {one.seed}: {found['status']}")
            yield one, found
        else:
            reason = done.reason if done.result is None else done.result.reason
            refused.append(f"{one.variant}, seed {one.seed}: {reason}")
    if refused:
        raise UserError(
            f"{len(refused)} of {len(missing)} runs could not be made ({refused[0]}); the others are recorded"
        )


def _need(chosen: Recipe) -> Callable[[], Need]:
    """What a training needs: its threads, for no plan tells more."""
    return lambda: Need(0, 0, chosen.training.threads, None)
