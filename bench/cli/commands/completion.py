"""`bench completion`: what makes a shell complete commands, options and names of choices."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.errors import UserError

SHELLS = ("bash", "zsh", "fish")
#: The command and the variable by which a shell asks it, as click has them.
_COMMAND, _VARIABLE = "bench", "_BENCH_COMPLETE"


@click.command(epilog=examples('eval "$(bench completion bash)"', "bench completion fish"))
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print a script for SHELL; evaluate it where your shell starts, such as in ~/.bashrc."""
    found = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if found is None:
        raise UserError(f"click completes nothing in {shell}; use {' or '.join(SHELLS)}")
    template = found(root, {}, _COMMAND, _VARIABLE)
    Screen().document(template.source_template % template.source_vars() + "\n")
    return 0
