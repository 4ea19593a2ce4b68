"""The page as text: complete, escaped, locked up."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import datetime, timezone
from typing import Any

from reports.html.packing import PER_STREAM, streams
from reports.html.page import render
from reports.record import Record
from tests.reports.html.records import failing, insecure, made, many

MADE = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def page(records: list[Record], refused: tuple[str, ...] = ()) -> str:
    return render(records, refused, ["results"], MADE)


def data(text: str, name: str) -> Any:
    """What an element of JSON holds."""
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text)
    return json.loads(found)


def test_every_key_cell_and_run_is_found_in_the_file() -> None:
    records = many(60)
    text = page(records)
    for record in records:
        assert record.key in text
        assert record.cell in text
        assert record.run_id in text


def test_whole_records_come_back_from_their_streams() -> None:
    records = many(PER_STREAM + 3)
    packed = streams(records)
    assert len(packed) == 2
    lines = gzip.decompress(base64.b64decode(packed[1])).decode().split("\n")
    assert [json.loads(line)["key"] for line in lines] == [record.key for record in records[PER_STREAM:]]
    plain = [made(), insecure(), failing("failed", "no")]
    (stream,) = streams(plain)
    lines = gzip.decompress(base64.b64decode(stream)).decode().split("\n")
    assert [Record.from_json(line) for line in lines] == plain


def test_single_times_are_packed_to_four_digits_and_nothing_else_is() -> None:
    """Digits beyond any clock's meaning do not compress."""
    third = 1 / 3
    primitive = {"name": "rotate", "count": 1, "s": third, "samples_s": [third], "precision_bits": third}
    record = made(latency__evaluate_s=third, latency__primitives=[primitive])
    (stream,) = streams([record])
    latency = json.loads(gzip.decompress(base64.b64decode(stream)))["latency"]
    assert latency["evaluate_s"] == third
    (packed,) = latency["primitives"]
    assert (packed["s"], packed["samples_s"], packed["precision_bits"]) == (0.3333, [0.3333], third)


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
