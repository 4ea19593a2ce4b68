"""What a run shows while it works: two live lines on a terminal, plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from statistics import median
from time import monotonic
from types import TracebackType

from rich.live import Live

from backends.costs import Costs
from backends.program import REFRESHES, Program
from bench.cli.forecast import Ahead, Forecast
from bench.cli.live import Status
from bench.cli.screen import Screen
from bench.environments.steps import Step
from bench.parties.measurements import NotMeasured, Timed
from bench.parties.messages import Progress as EvaluationProgress
from bench.run import estimates
from bench.run.exchanges import EVALUATION
from bench.run.listener import Expected, Listener
from bench.run.session import News, Stage
from bench.spec.cells import Cell
from reports.figures import seconds

#: How often the live lines are drawn anew, in a second.
DRAWN = 4


class Display(Listener):
    """Shows cells, stages, the layer and level under way, the refreshes so far and the time left."""

    def __init__(self, screen: Screen, clock: Callable[[], float] = monotonic) -> None:
        """Show on a screen; what is left is told by a clock of seconds."""
        self.screen = screen
        self._forecast = Forecast(clock)
        self._status = Status(self._forecast)
        self._live = Live(
            console=screen, transient=True, get_renderable=lambda: self._status, refresh_per_second=DRAWN
        )
        self._shares: list[float] = []
        self._batches = 1
        self._evaluation = EVALUATION
        self._layer = ""
        self._refreshes: dict[str, list[int]] = {}

    def __enter__(self) -> Display:
        if self.screen.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forecast.end_stage()
        self._live.stop()

    def cells(self, cells: Sequence[Cell], expected: Expected) -> None:
        """So many cells follow; where somebody watches, each is planned to say how long all will take."""
        self._forecast.cells = [Ahead(cell.backend) for cell in cells]
        if not self.screen.is_terminal:
            return
        found: dict[int, Ahead] = {}
        for number, cell in enumerate(cells):
            if id(cell) not in found:  # a cell of several rounds comes once for each
                self._during("planning all cells", f"{number + 1} of {len(cells)}", number / len(cells))
                found[id(cell)] = Ahead(cell.backend, expected(cell))
        self._forecast.end_stage()
        self._forecast.cells = [found[id(cell)] for cell in cells]

    def begin(self, cell: str) -> None:
        """A cell starts."""
        self._forecast.begin_cell()
        self.say(cell)

    def say(self, line: str) -> None:
        """One line that stays."""
        self.screen.say(line)

    def draw(self) -> None:
        """Draw the live lines now; they are drawn anew by themselves all the time."""
        if self._live.is_started:
            self._live.refresh()

    def environment(self, step: Step) -> None:
        """A step in the making of a backend's environment."""
        stage = f"environment {step.backend}: {step.stage}"
        self._during(stage, step.detail)
        if stage != self._layer:  # its first line says what is done; the tools' own lines are in the log
            self._layer = stage
            self._plain(f"  {stage}: {step.detail}")

    def held_out(self, done: int, total: int) -> None:
        """So many of a case's held-out samples have passed the clear rungs."""
        self._during("clear rungs on the held-out set", f"{done} of {total} samples", done / total)
        tenth = f"held out {10 * done // total}"
        if tenth != self._layer:
            self._layer = tenth
            detail = ", ".join(filter(None, (f"{done} of {total} samples", self._left())))
            self._plain(f"  clear rungs on the held-out set: {detail}")

    def planned(self, program: Program, costs: Costs, batches: int) -> None:
        """The program is known: so is each instruction's share of the evaluation, and what to expect."""
        total = [costs.instruction(instruction) for instruction in program.instructions]
        self._shares = [share / max(sum(total), 1e-9) for share in accumulate(total)]
        self._refreshes = {
            kind: list(accumulate(i.operation == kind for i in program.instructions)) for kind in REFRESHES
        }
        self._batches = batches
        layout = program.layout
        counted = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in estimates.counts(program, batches).items()
        )
        self.say(
            f"  plan: {batches} batch(es) of {layout.samples} samples in {layout.slots} slots, "
            f"{program.input_level} levels on entry, {len(program.rotation_steps)} rotation keys; "
            f"in all batches {counted}"
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
            self._stage(news)

    def _stage(self, news: Stage) -> None:
        if news.batches is not None:  # of spoiled batches that are asked again there are fewer, or more
            self._batches, self._evaluation = news.batches, news.name
        self._layer = ""
        self._begin(news.name)
        self._plain(f"  {news.name}")

    def _progress(self, news: EvaluationProgress) -> None:
        index, batch = news.index, news.batch
        done = (batch + self._shares[index]) / self._batches
        refreshed = ", ".join(
            f"{kind.replace('_', ' ')}s {batch * so_far[-1] + so_far[index]} of {self._batches * so_far[-1]}"
            for kind, so_far in self._refreshes.items()
            if so_far[-1]
        )
        place = f"layer {news.layer}, level {news.level}"
        where = f"batch {batch + 1} of {self._batches}"
        self._during(self._evaluation, ", ".join(filter(None, (where, place, refreshed))), done)
        layer = f"{batch} {news.layer}"
        if layer != self._layer:
            self._layer = layer
            detail = ", ".join(filter(None, (place, refreshed, self._left())))
            self._plain(f"  {self._evaluation}, {where}: {detail}")

    def _timed(self, news: Timed) -> None:
        """One primitive has been timed and is right."""
        level = "" if news.level is None else f", level {news.level}"
        took = median(news.samples_s)
        self._status.detail = f"{news.name}{level}: {seconds(took)}"

    def _begin(self, stage: str) -> None:
        """A stage begins: it is drawn at once, however short it is."""
        self._forecast.begin_stage(stage)
        self._status.detail = ""
        self.draw()

    def _during(self, stage: str, detail: str, share: float = 0.0) -> None:
        """What a stage says of itself; one that nobody announced begins with it."""
        if self._forecast.stage != stage:
            self._begin(stage)
        self._status.detail = detail
        self._forecast.done(share)

    def _left(self) -> str:
        """The time to go, at the pace so far; nothing before there is a pace to speak of."""
        left = self._forecast.stage_left
        return f"about {left:.0f} s left" if left else ""

    def _plain(self, line: str) -> None:
        if not self.screen.is_terminal:
            self.say(line)
