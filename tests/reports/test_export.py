"""Exports: the record's names for programs, tables for readers, INSECURE never beside what is not."""

import csv
import io
import json

from reports.export import to_csv, to_json, to_markdown
from reports.metrics import RUNGS
from reports.record import Record, SecurityBlock, Status


def test_json_is_the_list_of_records(record: Record) -> None:
    exported = json.loads(to_json([record, record]))
    assert exported == [json.loads(record.to_json())] * 2
    assert Record.from_json(json.dumps(exported[0])) == record


def test_csv_is_flat(record: Record) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv([record])))
    assert row["schema"] == "1"
    assert row["ladder.precision_bits"] == "15.5"
    assert row["memory.bootstrap_keys_bytes"] == ""
    assert row["environment.libraries.tenseal"] == "0.3.18"
    assert json.loads(row["ladder.layers"])[0]["name"] == "block0.attention"
    assert row["ladder.held_out.polynomial"] == "0.98"
    assert json.loads(row["ladder.held_out.drifts"])[0]["high"] == 0.0175


def test_markdown_keeps_insecure_apart(record: Record) -> None:
    update = {"backend": "pyfhel", "security": SecurityBlock(log_n=12, log_qp=510.0)}
    text = to_markdown([record.model_copy(update=update), record])
    secure, insecure = text.split("## INSECURE")
    assert "| tenseal |" in secure
    assert "| pyfhel |" not in secure
    assert "| 128 bits |" in secure
    assert "| pyfhel | n14_first48_scale40_depth8_digits9 | INSECURE |" in insecure


def test_markdown_shows_nothing_for_null_and_why_a_cell_is_not_ok(record: Record) -> None:
    update = {"status": Status.UNSUPPORTED, "reason": "no | bootstrap", "ladder": record.ladder.model_copy()}
    row = to_markdown([record.model_copy(update=update)]).splitlines()[-1]
    assert r"unsupported: no \| bootstrap" in row
    bare = record.model_copy(update={"latency": type(record.latency)()})
    assert to_markdown([bare]).splitlines()[-1].count("|  |") == 1


def test_markdown_takes_names_and_reasons_from_files_for_text(record: Record) -> None:
    update = {"case": "a|b", "backend": "<b>", "parameter_set": "[here](http://y)", "suite": "*s*"}
    text = to_markdown([record.model_copy(update=update)])
    assert r"| a\|b | &lt;b&gt; | [here\](http://y) | 128 bits |" in text
    assert r"| \*s\* | a\|b | accuracy |" in text


def test_markdown_shows_no_metric_of_random_weights(record: Record) -> None:
    ladder = record.ladder.model_copy(update=dict.fromkeys([*RUNGS, "held_out"]))
    row = to_markdown([record.model_copy(update={"weights": "random", "ladder": ladder})]).splitlines()[-1]
    assert "| random weights, timing only |  |  |  |  | 1.000 | 15.5 |" in row
    assert "accuracy" not in row


def test_markdown_has_the_held_out_ladder_of_a_case_once(record: Record) -> None:
    other = record.model_copy(update={"backend": "pyfhel"})
    first, _, cells = to_markdown([record, other]).partition("## At 128 bits")
    assert first.count("| vit_tiny | digits | accuracy | 360 | 0.9750 | 0.9875 | 0.9800 |") == 1
    assert "| 0.75 [-0.25, 1.75] points |" in first
    assert cells.count("| digits |") == 2


def test_markdown_of_records_without_a_held_out_ladder_has_no_table_of_it(record: Record) -> None:
    bare = record.model_copy(update={"ladder": record.ladder.model_copy(update={"held_out": None})})
    assert to_markdown([bare]).startswith("## At 128 bits")
