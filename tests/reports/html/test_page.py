"""The page as text: complete, escaped, locked up."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime, timezone
from typing import Any

from reports.html.packing import PER_STREAM
from reports.html.page import render
from reports.record import Record
from tests.reports.html.records import failing, made, many
from tests.reports.html.unpacking import element, rows_of

MADE = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def page(records: list[Record], refused: tuple[str, ...] = ()) -> str:
    return render(records, refused, ["results"], MADE)


def data(text: str, name: str) -> Any:
    """What an element of JSON holds."""
    return json.loads(element(text, name))


def test_every_key_cell_and_run_is_found_in_the_file() -> None:
    records = many(60)
    found = [(row["key"], row["cell"], row["run_id"]) for row in rows_of(page(records))]
    assert found == [(record.key, record.cell, record.run_id) for record in records]


def test_who_waits_is_told_how_many_records_are_packed() -> None:
    told: list[int] = []
    render(many(PER_STREAM + 3), (), ["results"], MADE, packed=told.append)
    assert told == [PER_STREAM, PER_STREAM + 3]


def test_the_same_records_give_the_same_page() -> None:
    assert page(many(30)) == page(many(30))


def test_names_and_reasons_are_escaped_everywhere() -> None:
    text = page(
        [made(backend=ATTACK, case=ATTACK, parameter_set=ATTACK), failing("failed", ATTACK)], (ATTACK,)
    )
    assert ATTACK not in text
    assert "<img src=x" not in text
    assert text.count("alert(1)") > 3


def test_the_policy_names_every_script_and_nothing_else() -> None:
    text = page([made()])
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"sha256-([^']+)", policy) == digests
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_refused_lines_and_differences_are_named() -> None:
    refused = "results/run/records.jsonl:3: the line does not match its digest; run the cell again"
    text = page([made(), made(environment__threads=2)], (refused,))
    assert refused in text
    assert "threads: 1 and 2" in text


def test_a_glance_counts_what_did_not_end_ok_under_every_status_of_it() -> None:
    text = page([made(), failing("unsupported", "no"), failing("interrupted", "by Ctrl-C")])
    assert "1</span> failed, timed out, out of memory or interrupted</li>" in text


def test_a_report_of_one_run_is_small() -> None:
    assert len(page(many(24)).encode()) < 5_000_000


def test_figures_at_a_glance_are_never_powers_of_ten() -> None:
    text = page([made(latency__per_sample_s=999.7, wire__to_evaluator_bytes=60_000_000)])
    assert "<strong>1\u2009000 s</strong>" in text
    assert "<strong>60.0 MB</strong>" in text


def test_what_the_filters_do_not_touch_says_so() -> None:
    text = page([made()])
    assert "Filters do not touch this table" in text.split('id="conditions"')[1]
    assert "whole held-out sets, whatever the filters" in text
