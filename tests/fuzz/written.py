"""Parsers of what people write: YAML files, names of parameter sets, shapes, addresses and command lines."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import click

from backends import registry
from backends.parameters import ParameterSet
from bench.cli.commands.inspect import shape_of
from bench.cli.main import cli
from bench.environments import declaration
from bench.errors import UserError
from bench.remote.address import check_address
from bench.spec.fleet import load_fleet
from bench.spec.rules import load_rules
from bench.spec.suite import load_suite
from models import ablation, recipe
from tests.fuzz.target import Target, files, text


def _declaration(path: Path) -> object:
    """Beside the script that one of them names."""
    for script in ("build_wheel.py", "hexl/build_wheel.py"):
        (path.parent / script).parent.mkdir(exist_ok=True)
        (path.parent / script).touch()
    return declaration.load(path)


def _command_line(path: Path) -> object:
    """Words, one a line and none with a 0, as far as they are understood: no command is carried out."""
    words = path.read_bytes().replace(b"\0", b"").decode(errors="surrogateescape").split("\n")
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            with cli.make_context("bench", words) as context:
                rest = [*context._protected_args, *context.args]
                if not rest:
                    raise click.UsageError("there is no command")
                name, command, others = cli.resolve_command(context, rest)
                assert command is not None, "the group raises where there is none"
                with command.make_context(name, others, parent=context) as understood:
                    return understood.params
        except click.exceptions.Exit as asked_for_help:
            return asked_for_help.exit_code
        except click.ClickException as error:
            error.show(file=io.StringIO())
            raise UserError(error.format_message()) from error


NAMES = (
    b"n16_first51_scale47_depth24_digits4_bootstrap3-3c4d16_sparse_encapsulated",
    b"n14_first60_scale40_depth8_digits3_slots12_parties3",
)
SHAPES = (
    b"bert:dim=16,heads=4,blocks=6,mlp_ratio=2,vocabulary=5000,tokens=8,classes=2,norm_position=post",
    b"swin:dim=4,depths=2/1,heads=1/2,window=2,mlp_ratio=2,tokens=16,features=5,classes=3",
)
COMMAND_LINES = (
    b"--log-level\ndebug\nrun\nsmoke\n--backend\nopenfhe\n--samples\n4\n--repeats\n2\n--fresh\n--output\nresults",
    b"plan\nlayers\n--machine\nthree_sizes.yaml\n--parameters\ntoy\n--threads\n2",
    b"gate\nresults\n--baseline\nbaseline.json\n--rules\nrules.yaml\n--history\nhistory.jsonl",
    b"accept\nresults\n--baseline\nbaseline.json\n--reason\nrotations are hoisted now",
    b"serve\n--listen\n127.0.0.1:7443\n--sessions\n2",
    b"export\n.\n--format\njson",
    b"inspect\nbert:dim=16,heads=4\n--degree\n8\n--tokens\n128",
    b"list\nsuites",
    b"--help",
)

TARGETS = (
    Target("suite", files("suites/*.yaml"), lambda path: load_suite(str(path), list(registry.available()))),
    Target("recipe", files("models/recipes/*.yaml"), recipe.load),
    Target("ablation", files("suites/ablations/*.yaml"), ablation.load),
    Target("rules", files("suites/rules/*.yaml"), load_rules),
    Target("fleet", files("suites/fleets/*.yaml"), load_fleet),
    Target("declaration", files("backends/*/environment.yaml"), _declaration),
    Target("parameter set's name", NAMES, lambda path: ParameterSet.named(text(path)), ".txt"),
    Target("shape", SHAPES, lambda path: shape_of(text(path)), ".txt"),
    Target(
        "address",
        [b"evaluator.example:7443", b"[::1]:443"],
        lambda path: check_address(text(path)) or 0,
        ".txt",
    ),
    Target("command line", COMMAND_LINES, _command_line, ".txt"),
)
