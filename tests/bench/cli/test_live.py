"""A run as a person watches it: the real command and real events on a terminal whose screen is read."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pyte
import pytest

from backends.costs import Costs
from backends.program import Program
from backends.registry import available
from bench.cli.progress import Display
from bench.cli.screen import Screen
from bench.run.listener import Expected, Listener
from bench.run.service import Service
from bench.run.session import News, Stage
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite
from tests.bench.cli.test_forecast import Clock
from tests.bench.commands import ROOT

WIDTHS = (60, 80, 200)
#: A live line that says where a run is, whichever way its spinner points.
WHERE = re.compile(r"^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] (?P<text>.*)$")
STAGES = (
    *("plan", "starting the key owner", "key generation", "starting the evaluator", "loading keys"),
    *("model preparation", "encryption", "evaluation", "decryption", "scoring"),
)
BAR = re.compile(r"^  [━─]{6,40}  \S")
LEFT = re.compile(r"\d+:\d\d left|longer than expected")
SUITE_LEFT = re.compile(r"suite \d+:\d\d left$")


def frames(written: str, width: int) -> list[tuple[str, str]]:
    """The two live lines of every picture that a terminal of a width has shown."""
    terminal = pyte.Screen(width, 50)
    terminal.set_mode(
        pyte.modes.LNM
    )  # the end of a line also goes to its beginning, as a terminal device has it
    stream = pyte.Stream(terminal)
    found: dict[tuple[str, str], None] = {}
    for piece in re.split(r"(?=\r)", written):  # every picture begins by going back to the first column
        stream.feed(piece)
        lines = [line.rstrip() for line in terminal.display]
        for line, after in pairwise(lines):
            if (where := WHERE.match(line)) and BAR.match(after):
                found[where["text"], after] = None
    return list(found)


@dataclass
class Recorded(Listener):
    """Keeps what a real run tells, to be told again."""

    calls: list[Callable[[Listener], None]] = field(default_factory=list)

    def cells(self, cells: Sequence[Cell], expected: Expected) -> None:
        known = [expected(cell) for cell in cells]
        again = dict(zip(map(id, cells), known, strict=True))
        self.calls.append(lambda one: one.cells(cells, lambda cell: again[id(cell)]))

    def begin(self, cell: str) -> None:
        self.calls.append(lambda one: one.begin(cell))

    def say(self, line: str) -> None:
        self.calls.append(lambda one: one.say(line))

    def held_out(self, done: int, total: int) -> None:
        self.calls.append(lambda one: one.held_out(done, total))

    def planned(self, program: Program, costs: Costs, batches: int) -> None:
        self.calls.append(lambda one: one.planned(program, costs, batches))

    def report(self, news: News) -> None:
        self.calls.append(lambda one: one.report(news))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What two cells of the toy suite tell on the simulator."""
    cells = expand(load_suite("toy", list(available())), ["cleartext"], samples=2)
    recorded = Recorded()
    assert len(list(Service(tmp_path_factory.mktemp("run"), recorded).records(cells))) == 2
    return recorded


def shown(run: Recorded, width: int, *, clock: Clock, tick: float) -> str:
    """What a terminal is written while a run tells what it does, a tick of a clock apart."""
    file = io.StringIO()
    with Display(Screen(file=file, width=width, force_terminal=True), clock) as display:
        for call in run.calls:
            call(display)
            clock.now += tick
            display.draw()
    return file.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_stage_of_every_cell_has_its_line_bar_and_times(run: Recorded, width: int) -> None:
    pictures = frames(shown(run, width, clock=Clock(), tick=0.1), width)
    for cell in ("cell 1 of 2", "cell 2 of 2"):
        for stage in STAGES:
            own = [when for where, when in pictures if where.startswith(f"{cell} · {stage}")]
            assert own, f"{cell}, {stage}"
            assert all(SUITE_LEFT.search(when) for when in own), own
    for stage in ("starting the key owner", "evaluation"):
        own = [when for where, when in pictures if f" · {stage}" in where]
        assert all(LEFT.search(when.partition("suite")[0]) for when in own), own
    assert all(max(map(len, picture)) <= width for picture in pictures)


def test_where_there_is_room_the_layer_the_level_and_refreshes_are_told(run: Recorded) -> None:
    told = {where for where, _ in frames(shown(run, 200, clock=Clock(), tick=0.1), 200)}
    detail = r"evaluation · batch 1 of 1, layer [\w.]+, level \d+, round trips \d+ of \d+$"
    assert any(re.search(detail, where) for where in told), told


@pytest.mark.parametrize("width", WIDTHS)
def test_between_messages_the_time_left_goes_down(width: int) -> None:
    """Nothing is heard for a minute at a time."""
    two = expand(load_suite("toy", list(available())), ["cleartext"])
    file, clock = io.StringIO(), Clock()
    with Display(Screen(file=file, width=width, force_terminal=True), clock) as display:
        display.cells(two, lambda cell: [("key generation", 3700.0), ("evaluation", 7200.0)])
        display.begin("the first cell")
        display.report(Stage("key generation"))
        for _ in range(3):
            display.draw()
            clock.now += 60.0
    pictures = [when for where, when in frames(file.getvalue(), width) if "key generation" in where]
    told = [re.findall(r"([\d:]+) left", when) for when in pictures]
    assert told == [["1:01:40", "6:03:20"], ["1:00:40", "6:02:20"], ["59:40", "6:01:20"]]


def test_a_log_has_plain_lines_and_nothing_else(run: Recorded) -> None:
    file = io.StringIO()
    with Display(Screen(file=file, force_terminal=False), Clock()) as display:
        for call in run.calls:
            call(display)
    lines = file.getvalue().splitlines()
    assert all(line.isprintable() for line in lines)
    for stage in STAGES:
        assert lines.count(f"  {stage}") == 2
    assert any(line.startswith("  evaluation, batch 1 of 1: layer ") for line in lines)
    assert not any("so far" in line or "suite" in line for line in lines)


def test_the_real_command_on_a_real_terminal(tmp_path: Path) -> None:
    """Its 60 columns are asked of the terminal itself."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 60, 0, 0))
    command = [sys.executable, "-m", "bench", "run", "toy", "--backend", "cleartext", "--samples", "2"]
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "CI")}
    process = subprocess.Popen(
        [*command, "--output", str(tmp_path)],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**variables, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            heard = os.read(ours, 65536)
        except OSError:  # so Linux says that the other end is closed
            break
        if not heard:
            break
        written += heard
    os.close(ours)
    assert process.wait() == 0, written.decode()
    pictures = frames(written.decode(), 60)
    for stage in STAGES:
        assert any(where.startswith(f"cell 1 of 2 · {stage}") for where, _ in pictures), stage
    assert any("left" in when for _, when in pictures)
    assert not WHERE.search(written.decode().splitlines()[-1])
