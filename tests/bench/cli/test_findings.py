"""The doctor's table."""

from __future__ import annotations

from bench.cli.findings import render
from bench.cli.screen import Screen
from bench.environments.doctor import Finding


def test_the_table_shows_what_to_do() -> None:
    screen = Screen(width=120)
    with screen.capture() as capture:
        screen.print(render([Finding("openfhe", "missing", "Python 3.10 was not found", "install it")]))
    text = capture.get()
    assert all(word in text for word in ("openfhe", "missing", "Python 3.10 was not found", "install it"))


def test_a_name_in_brackets_stays_a_name() -> None:
    screen = Screen(width=120)
    with screen.capture() as capture:
        screen.print(render([Finding("[red]name[/]", "missing", "no :x:", "install [it]")]))
    assert all(word in capture.get() for word in ("[red]name[/]", "no :x:", "install [it]"))
