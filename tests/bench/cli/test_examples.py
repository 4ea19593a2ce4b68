"""The examples in the help of every command are commands: they parse, and name what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from backends.registry import available
from bench.cli.later import Later
from bench.cli.main import cli
from bench.spec.selection import Selection
from bench.spec.suite import load_suite
from tests.bench.commands import ROOT, bench

#: Those that take a moment and need nothing are run too.
RUN = ("list parameters", "schema suite", "completion bash", "completion fish")


def examples_of(name: str) -> list[list[str]]:
    """What each example gives to the command, without what the shell does around it."""
    later = cli.commands[name]
    assert isinstance(later, Later)
    lines = re.findall(r"^  (.*)$", later.command.epilog or "", re.MULTILINE)
    found = []
    for line in lines:
        inner = re.fullmatch(r'eval "\$\((.*)\)"', line)
        program, command, *arguments = shlex.split((inner[1] if inner else line).partition(" > ")[0])
        assert (program, command) == ("bench", name), line
        found.append(arguments)
    return found


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_examples_and_each_parses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("models", "suites"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "results").mkdir()
    examples = examples_of(name)
    assert examples
    for arguments in examples:
        with cli.commands[name].make_context(name, arguments) as context:
            check(context)


def check(context: click.Context) -> None:
    """See that a suite, and what an example selects of it, are there, and so are recipes."""
    given = context.params
    suite = given.get("suite")
    if suite and ":" not in suite:
        named = {one: given.get(one, ()) for one in ("backend", "parameters", "case")}
        assert Selection(suite=suite, samples=None, repeats=None, threads=None, **named).cells()
    for one in ("recipe", "ablation"):
        assert given.get(one) is None or Path(given[one]).is_file()
    names = given.get("backend") or () if context.command.name in ("doctor", "compare") else ()
    assert set(names) <= set(available())


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_says_what_it_does(name: str) -> None:
    later = cli.commands[name]
    assert isinstance(later, Later)
    options = [one for one in later.command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_no_word_of_a_help_is_so_long_that_it_breaks(name: str) -> None:
    later = cli.commands[name]
    assert isinstance(later, Later)
    assert [word for word in (later.command.help or "").split() if len(word) > 70] == []


def test_help_shows_them_a_line_each() -> None:
    shown = cli.commands["run"].make_context("run", ["toy"]).get_help()
    assert "Examples:\n    bench run toy --backend tenseal\n" in shown


@pytest.mark.parametrize("line", RUN)
def test_what_takes_a_moment_runs(line: str) -> None:
    assert bench(*line.split())


def test_a_shell_is_told_what_may_follow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the script asks for it: the options of a command, though its module is imported when it is used."""
    monkeypatch.setenv("_BENCH_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "bench show --fu")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit):
        cli.main([], prog_name="bench", standalone_mode=False)
    assert capsys.readouterr().out == "plain,--full\n"
    assert "_BENCH_COMPLETE=bash_complete" in bench("completion", "bash")


def test_the_suites_of_examples_are_shipped() -> None:
    assert load_suite("toy", list(available())).name == "toy"
