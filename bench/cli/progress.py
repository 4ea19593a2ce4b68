"""What a run shows while it works: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

from itertools import accumulate
from statistics import median
from time import monotonic
from types import TracebackType

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from backends.costs import Costs
from backends.program import REFRESHES, Program
from bench.cli.screen import Screen
from bench.environments.steps import Step
from bench.parties.measurements import NotMeasured, Timed
from bench.parties.messages import Progress as EvaluationProgress
from bench.run.listener import Listener
from bench.run.session import News
from reports.figures import seconds
from reports.visible import visible

#: The part of a stage below which its pace foretells nothing.
LEAST_DONE = 0.02


class Display(Listener):
    """Shows stages, the layer and level under way, the refreshes so far and the time left."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._live.add_task("", total=1.0, detail="")
        self._shares: list[float] = []
        self._batches = 1
        self._started = 0.0
        self._layer = ""
        self._refreshes: dict[str, list[int]] = {}

    def __enter__(self) -> Display:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def begin(self, cell: str) -> None:
        """A cell starts."""
        self.say(cell)

    def say(self, line: str) -> None:
        """One line that stays."""
        self.screen.say(line)

    def environment(self, step: Step) -> None:
        """A step in the making of a backend's environment."""
        self._show(f"{step.backend}: {step.stage}", step.detail[-80:], 0.0)
        stage = f"environment {step.backend}: {step.stage}"
        if stage != self._layer:  # its first line says what is done; the tools' own lines are in the log
            self._layer = stage
            self._plain(f"  {stage}: {step.detail}")

    def held_out(self, done: int, total: int) -> None:
        """So many of a case's held-out samples have passed the clear rungs."""
        if done == 0:
            self._started = monotonic()
        detail = ", ".join(filter(None, (f"{done} of {total} samples", self._left(done / total))))
        self._show("clear rungs on the held-out set", detail, done / total)
        tenth = f"held out {10 * done // total}"
        if tenth != self._layer:
            self._layer = tenth
            self._plain(f"  clear rungs on the held-out set: {detail}")

    def planned(self, program: Program, costs: Costs, batches: int) -> None:
        """The program is known: so is each instruction's share of the evaluation, and what to expect."""
        total = [costs.instruction(instruction) for instruction in program.instructions]
        self._shares = [share / max(sum(total), 1e-9) for share in accumulate(total)]
        self._refreshes = {
            kind: list(accumulate(i.operation == kind for i in program.instructions)) for kind in REFRESHES
        }
        self._batches = batches
        layout, counts = program.layout, program.counts
        self.say(
            f"  plan: {batches} batch(es) of {layout.images} samples in {layout.slots} slots, each with "
            f"{program.input_level} levels on entry, {counts['bootstraps']} bootstraps, "
            f"{counts['round_trips']} round trips, {counts['rotations']} rotations with "
            f"{len(program.rotation_steps)} keys, {counts['ct_ct']} ct·ct and {counts['ct_pt']} ct·pt"
        )

    def report(self, news: News) -> None:
        """A stage begins, or a party is under way."""
        if isinstance(news, EvaluationProgress):
            self._progress(news)
        elif isinstance(news, Timed):
            self._timed(news)
        elif isinstance(news, NotMeasured):
            self.say(f"  not measured: {news.name}: {news.reason}")
        else:
            self._stage(news.name)

    def _stage(self, name: str) -> None:
        if name == "evaluation":
            self._started, self._layer = monotonic(), ""
        self._show(name, "", 0.0)
        self._plain(f"  {name}")

    def _progress(self, news: EvaluationProgress) -> None:
        index, batch = news.index, news.batch
        done = (batch + self._shares[index]) / self._batches
        refreshed = ", ".join(
            f"{kind.replace('_', ' ')}s {batch * so_far[-1] + so_far[index]} of {self._batches * so_far[-1]}"
            for kind, so_far in self._refreshes.items()
            if so_far[-1]
        )
        place = f"layer {news.layer}, level {news.level}"
        detail = ", ".join(filter(None, (place, refreshed, self._left(done))))
        self._show(f"evaluation, batch {batch + 1} of {self._batches}", detail, done)
        layer = f"{batch} {news.layer}"
        if layer != self._layer:
            self._layer = layer
            self._plain(f"  evaluation, batch {batch + 1} of {self._batches}: {detail}")

    def _timed(self, news: Timed) -> None:
        """One primitive has been timed and is right."""
        level = "" if news.level is None else f", level {news.level}"
        took = median(news.samples_s)
        self._show("primitives", f"{news.name}{level}: {seconds(took)}", 0.0)

    def _left(self, done: float) -> str:
        """The time to go, at the pace so far; nothing before there is a pace to speak of."""
        elapsed = monotonic() - self._started
        return f"about {elapsed / done - elapsed:.0f} s left" if LEAST_DONE < done < 1 else ""

    def _show(self, description: str, detail: str, done: float) -> None:
        self._live.update(
            self._task, description=visible(description), detail=visible(detail), completed=done
        )

    def _plain(self, line: str) -> None:
        if not self.screen.is_terminal:
            self.say(line)
