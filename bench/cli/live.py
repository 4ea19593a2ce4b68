"""The live part of a terminal: two lines on where a run is, redrawn between what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.text import Text

from bench.cli.forecast import Forecast
from reports.visible import visible

SPINNER, PLAIN_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
#: Turns of the spinner in a second.
TURNS = 10
#: Columns of the bar.
LEAST_BAR, WIDEST_BAR = 6, 40
BETWEEN, INDENT = " · ", "  "


@dataclass
class Status:
    """What the two lines show of a forecast; `detail` is what the stage says of itself."""

    forecast: Forecast
    detail: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines at the width that the terminal has now."""
        if not self.forecast.stage:
            return
        for line in (self._where(options), self._when(options)):
            line.truncate(options.max_width, overflow="ellipsis")
            line.no_wrap = True
            yield line

    def _where(self, options: ConsoleOptions) -> Text:
        """Which cell, which stage, and what that says of itself."""
        forecast = self.forecast
        spinner = PLAIN_SPINNER if options.ascii_only else SPINNER
        turn = spinner[int(forecast.clock() * TURNS) % len(spinner)]
        cell = (
            f"cell {forecast.number} of {len(forecast.cells)}" if forecast.number and forecast.cells else ""
        )
        line = Text(f"{turn} ")
        line.append(visible(BETWEEN.join(filter(None, (cell, forecast.stage)))), style="bold")
        if self.detail:
            line.append(visible(f"{BETWEEN}{self.detail}"))
        return line

    def _when(self, options: ConsoleOptions) -> Text:
        """How much is done, how long it has taken, and how long it still takes."""
        full, short = BETWEEN.join(self._times()), BETWEEN.join(self._times()[1:])
        room = options.max_width - 2 * len(INDENT)
        told = full if len(full) + LEAST_BAR <= room or not short else short
        bar = self._bar(min(WIDEST_BAR, max(LEAST_BAR, room - len(told))), options)
        return Text(INDENT).append(bar).append(INDENT + told)

    def _bar(self, width: int, options: ConsoleOptions) -> Text:
        done, open_ = "#-" if options.ascii_only else "━─"
        filled = round(width * (self.forecast.share or 0.0))
        return Text(done * filled, style="green").append(open_ * (width - filled), style="dim")

    def _times(self) -> list[str]:
        """How long the stage has taken, and if that is known, how long it and the suite still take."""
        forecast = self.forecast
        left, everything = forecast.stage_left, forecast.all_left
        told = [f"{clock_time(forecast.so_far)} so far"]
        if left is not None:
            told.append("longer than expected" if forecast.late else f"{clock_time(left)} left")
        if everything is not None and len(forecast.cells) > 1:
            told.append(f"suite {clock_time(everything)} left")
        return told


def clock_time(seconds: float) -> str:
    """Seconds as a clock has them: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
