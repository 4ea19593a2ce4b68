"""What the doctor found, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bench.cli.screen import styled
from bench.environments.doctor import Finding, State

_COLOURS: dict[State, str] = {"ok": "green", "absent": "yellow", "missing": "red"}


def render(findings: Sequence[Finding]) -> Table:
    """A line a finding: what was looked at, its state, what is there, and what to do."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "state", "what", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        state = styled(finding.state, _COLOURS[finding.state])
        table.add_row(styled(finding.subject, "bold"), state, finding.what, finding.remedy or "")
    return table
