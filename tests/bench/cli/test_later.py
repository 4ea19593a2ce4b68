"""What starting a command imports: the list of commands needs click, and help needs no library of numbers."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from bench.cli.later import Later
from bench.cli.main import cli
from tests.bench.commands import ROOT

#: What takes long to import, and no option needs.
SLOW = ("ruptures", "scipy.special", "scipy.stats", "sklearn", "torch", "transformers", "virtualenv")
LOADED = """
import sys
before = set(sys.modules)
from bench.cli.main import cli
for arguments in {arguments}:
    try:
        cli.main(arguments, standalone_mode=False, prog_name="bench")
    except SystemExit:
        pass
print("loaded:", *sorted(set(sys.modules) - before))
"""


def loaded(*arguments: list[str]) -> list[str]:
    """Modules that commands, one after the other in a fresh process, import."""
    script = LOADED.format(arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()[1:]


def test_the_list_of_commands_imports_no_command_and_no_package_but_click() -> None:
    modules = loaded(["--help"])
    ours = {name for name in modules if name.split(".")[0] in ("bench", "backends", "models", "reports")}
    assert ours == {
        *("bench", "bench.cli", "bench.cli.main", "bench.cli.later", "bench.errors"),
        *("bench.run", "bench.run.interruption", "bench.parties", "bench.parties.launch"),
        *(
            "backends",
            "backends.errors",
            "models",
            "models.errors",
            "reports",
            "reports.errors",
            "reports.visible",
        ),
    }
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert {name for name in foreign if not name.startswith("_")} <= {
        "bench",
        "backends",
        "models",
        "reports",
        "click",
    }


def test_the_help_of_no_command_imports_what_only_its_work_needs() -> None:
    modules = loaded(*([name, "--help"] for name in cli.commands))
    assert "bench.cli.commands.gate" in modules
    assert [name for name in SLOW if name in modules] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_a_command_is_where_the_list_says_and_has_its_name(name: str) -> None:
    later = cli.commands[name]
    assert isinstance(later, Later)
    assert isinstance(later.command, click.Command)
    assert later.command.name == name
    assert later.command.help


def test_every_file_of_a_command_is_listed() -> None:
    """A file of `bench/cli/commands` with a `@click.command` is a command."""
    files = (ROOT / "bench" / "cli" / "commands").glob("*.py")
    assert {path.stem for path in files if "@click.command" in path.read_text()} == set(cli.commands)


def test_a_misspelt_command_is_told_the_nearest() -> None:
    with pytest.raises(click.UsageError, match="No such command 'validat'") as refused:
        cli.main(["validat"], standalone_mode=False)
    assert "'validate'?" in refused.value.format_message()
