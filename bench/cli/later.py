"""Commands whose modules are imported when they are used.

All of them together import half of the project and scipy, which takes seconds; the list of commands needs
none of it.
"""

from __future__ import annotations

from pkgutil import resolve_name

import click


class Later(click.Command):
    """Stands for a command in lists, in suggestions and on the command line until it is called."""

    def __init__(self, target: str, summary: str) -> None:
        """Name it.

        Args:
            target: `module:attribute` under `bench.cli.commands`; the module has the command's name.
            summary: the command's line in the list of commands.
        """
        super().__init__(target.partition(":")[0], short_help=summary)
        self.target = f"bench.cli.commands.{target}"

    @property
    def command(self) -> click.Command:
        """The command itself."""
        found: click.Command = resolve_name(self.target)
        return found

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """The context of the command itself, which click then invokes."""
        return self.command.make_context(info_name, args, parent, **extra)
