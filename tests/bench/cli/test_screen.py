"""The one place that prints: no text is read as markup, as an emoji's name, or as a terminal's command."""

from __future__ import annotations

import io
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from bench.cli import main as command_line
from bench.cli.screen import Screen, styled
from reports.visible import visible
from tests.bench.commands import bench

#: What rich, a terminal or a reader would take for more than text.
OBEYED = st.sampled_from(
    [
        ":x:",
        ":warning:",
        "[bold]",
        "[/]",
        "[red]x[/red]",
        "[link=file:///]",
        "\\[",
        "\x1b[31m",
        "\x1b]0;title\x07",
        *["\x1b[2J", "\x9b1A", "\r", "\b", "\x07", "\u202e", "\u2066", "\udcff", "{0}", "%s", "\n", "\t"],
    ]
)
TEXT = st.lists(st.one_of(OBEYED, st.text(max_size=6)), max_size=6).map("".join)
#: How rich colours, and nothing else that a terminal obeys.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FILE_NAMES = [":x:", "[bold]name[/bold]", "[/]", "\x1b[31mred", "\u202egnp", "undecodable\udcff", "\\[x]"]


def shown(screen: Screen, thing: str | Table, *, line: bool = False) -> str:
    """What a screen writes."""
    file = io.StringIO()
    screen.file = file
    if line:
        screen.say(str(thing))
    else:
        screen.print(thing)
    return file.getvalue()


@given(TEXT)
def test_a_line_is_the_text_and_nothing_but_the_text(text: str) -> None:
    assert shown(Screen(force_terminal=False), text, line=True) == f"{visible(text)}\n"
    assert shown(Screen(force_terminal=True, width=20), text, line=True) == f"{visible(text)}\n"


@given(title=TEXT, heading=TEXT, cell=TEXT)
def test_a_table_shows_its_texts_and_colours_them_at_most(title: str, heading: str, cell: str) -> None:
    title, heading, cell = (text.replace("\n", "") for text in (title, heading, cell))
    table = Table(heading, "plain", title=title, box=None, min_width=900)
    table.add_row(cell, styled(cell, "bold"))
    written = shown(Screen(force_terminal=True, width=1000), table)
    plain = COLOUR.sub("", written)
    assert all(visible(sign) == sign for sign in plain.replace("\n", ""))
    for text in (title, heading, cell):
        assert visible(text).strip() in plain


def test_colours_are_this_projects_own() -> None:
    grid = Table.grid()
    grid.add_row(styled("[red]x[/]", "bold"))
    assert shown(Screen(force_terminal=True), grid) == "\x1b[1m[red]x[/]\x1b[0m\n"


@given(TEXT)
def test_a_document_is_exact_in_a_file_and_text_on_a_terminal(text: str) -> None:
    file = io.StringIO()
    Screen(file=file, force_terminal=False).document(text)
    assert file.getvalue() == text
    file = io.StringIO()
    Screen(file=file, force_terminal=True).document(text)
    assert file.getvalue() == "".join(f"{visible(line)}\n" for line in text.splitlines())


def test_a_terminal_shows_the_name_and_obeys_none_of_it() -> None:
    terminal = pyte.Screen(60, 3)
    written = shown(
        Screen(force_terminal=True, width=60), "a\x1b[2J:x:[red]\u202eb\r\x1b]0;title\x07", line=True
    )
    pyte.Stream(terminal).feed(written)
    assert terminal.display[0].rstrip() == r"a\x1b[2J:x:[red]\u202eb\r\x1b]0;title\x07"
    assert terminal.title == ""


@pytest.fixture
def _signals() -> Iterator[None]:
    """The command line takes signals for itself; the tests' process gets them back."""
    taken = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in taken.items():
        signal.signal(number, handler)


def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a wrong request says on standard error."""
    monkeypatch.setattr("sys.argv", ["bench", *arguments])
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    assert caught.value.code == 2
    return capsys.readouterr().err


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize("name", FILE_NAMES)
@pytest.mark.parametrize(
    "command",
    [
        ("validate", "{}.yaml"),
        ("--traceback", "validate", "{}.yaml"),
        ("run", "toy", "--backend", "{}"),
        ("export", "{}"),
        ("report", "{}", "--output", "page.html"),
        ("gate", ".", "--baseline", "{}"),
        ("{}",),
        ("list", "{}"),
    ],
)
def test_errors_name_what_the_user_typed_as_it_is(
    name: str,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ended(monkeypatch, capsys, *(word.format(name) for word in command))
    seen = visible(name).removesuffix(r"\udcff")  # for which click has a sign of its own
    assert seen.replace("\\", "") in said.replace("\\", "")  # an error may quote a name as Python does
    assert all(visible(line) == line for line in said.splitlines())


@pytest.mark.parametrize("name", FILE_NAMES[:5])
def test_commands_name_their_files_as_they_are(name: str, tmp_path: Path) -> None:
    suite = tmp_path / f"{name.replace('/', '')}.yaml"
    suite.write_text((Path(__file__).parents[3] / "suites" / "layers_toy.yaml").read_text())
    said = bench("validate", str(suite))
    assert visible(suite.name) in said
