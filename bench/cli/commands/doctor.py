"""`bench doctor`: what each backend has and lacks, and what to do."""

from __future__ import annotations

import click

from bench.cli.examples import examples
from bench.cli.findings import render
from bench.cli.screen import Screen
from bench.environments import doctor as examination


@click.command(
    epilog=examples(
        "bench doctor",
        "bench doctor --backend openfhe",
    )
)
@click.option("--backend", multiple=True, metavar="NAME", help="Only this backend; may be repeated.")
def doctor(backend: tuple[str, ...]) -> int:
    """Look at backends, data, memory and disk; install nothing."""
    findings = examination.doctor(backend)
    Screen().print(render(findings))
    return int(any(finding.state == "missing" for finding in findings))
