"""`bench serve`: evaluators for key owners on other machines."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.remote import certificates as ends
from bench.serve.limits import Limits
from bench.serve.server import Server


@click.command(
    epilog=examples(
        "bench serve --new-certificates certificates --name evaluator.example",
        "bench serve --listen 0.0.0.0:7443 --certificates certificates/evaluator",
    )
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:7443",
    show_default=True,
    help="Where it listens; the default hears this machine alone.",
)
@click.option(
    "--certificates",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("evaluator"),
    show_default=True,
    help="The certificates of this end.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("served"),
    show_default=True,
    help="Where evaluators have their folders, and leave logs where they failed.",
)
@click.option(
    "--sessions",
    type=click.IntRange(1, 64),
    default=Limits.sessions,
    show_default=True,
    help="Evaluators at a time.",
)
@click.option("--memory-bytes", type=click.IntRange(1), help="What an evaluator may take at the most.")
@click.option(
    "--new-certificates",
    "new",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make certificates of both ends in this folder, and serve nothing.",
)
@click.option(
    "--name", multiple=True, help="With --new-certificates: how this machine is called; may be repeated."
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    help="With --new-certificates: how long they hold.",
)
def serve(
    listen: str,
    certificates: Path,
    folder: Path,
    sessions: int,
    memory_bytes: int | None,
    new: Path | None,
    name: tuple[str, ...],
    days: int,
) -> None:
    """Run evaluators for key owners elsewhere, who show the right certificate; Ctrl-C ends it.

    See docs/remote.md: what to do on each machine, and what strangers can do.
    """
    screen = Screen()
    if new is not None:
        _make(screen, new, name, days)
        return
    shown = ends.load(certificates)
    limits = Limits(sessions=sessions, memory_bytes=memory_bytes)
    server = Server(listen, shown, folder, limits, screen.say)
    try:
        screen.say(f"listening on {listen.rpartition(':')[0]}:{server.port}; Ctrl-C ends it")
        server.wait()
    finally:
        server.close()


def _make(screen: Screen, folder: Path, names: tuple[str, ...], days: int) -> None:
    if not names:
        raise UserError("--new-certificates needs a --name, by which key owners call this machine")
    ends.make(folder, names, days)
    screen.say(f"{folder / ends.EVALUATOR}: for `bench serve --certificates` on this machine")
    screen.say(f"{folder / ends.KEY_OWNER}: bring it to the key owner's, for `bench run --certificates`")
