"""Exports: the record's names for programs, tables for readers, INSECURE never beside what is not."""

import csv
import io
import json

import pytest

from reports.export import to_csv, to_json, to_markdown
from reports.record import Record, Status
from reports.scoring.ladder import RUNGS
from tests.reports.html.records import failing, insecure, made


def test_json_is_the_list_of_records(record: Record) -> None:
    exported = json.loads(to_json([record, record]))
    assert exported == [json.loads(record.to_json())] * 2
    assert Record.from_json(json.dumps(exported[0])) == record


def test_csv_is_flat(record: Record) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv([record])))
    assert row["schema"] == "2"
    assert row["ladder.precision_bits"] == "15.5"
    assert (row["ladder.precision.median"], row["ladder.precision.error_max"]) == ("18.25", "0.0001")
    assert row["memory.bootstrap_keys_bytes"] == ""
    assert row["environment.libraries.tenseal"] == "0.3.18"
    assert json.loads(row["ladder.layers"])[0]["name"] == "block0.attention"
    assert row["ladder.held_out.polynomial"] == "0.98"
    assert json.loads(row["ladder.held_out.drifts"])[0]["high"] == 0.0175


def test_csv_has_no_column_for_a_block_that_a_record_lacks() -> None:
    first, second = csv.DictReader(io.StringIO(to_csv([made(ladder__held_out=None), made()])))
    assert "ladder.held_out" not in first
    assert (first["ladder.held_out.samples"], second["ladder.held_out.samples"]) == ("", "360")


def test_csv_keeps_a_name_with_a_dot_beside_its_beginning() -> None:
    libraries = {"a": "1", "a.b": "2"}
    (row,) = csv.DictReader(io.StringIO(to_csv([made(environment__libraries=libraries)])))
    assert (row["environment.libraries.a"], row["environment.libraries.a.b"]) == ("1", "2")


def test_csv_spells_booleans_as_json_does() -> None:
    secure, toy = csv.DictReader(io.StringIO(to_csv([made(), insecure()])))
    assert (secure["security.secure"], toy["security.secure"]) == ("true", "false")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", ' =HYPERLINK("http://y")'])
def test_csv_gives_a_spreadsheet_no_formula(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([failing("failed", text)])))
    assert row["reason"] == f"'{text}"


def test_csv_leaves_numbers_below_zero_as_they_are() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([made(ladder__precision_bits=-1.5)])))
    assert row["ladder.precision_bits"] == "-1.5"


def rows(text: str) -> list[dict[str, str]]:
    """The rows of all tables, by heading."""
    found = []
    for section in text.split("## ")[1:]:
        lines = [line[2:-2].split(" | ") for line in section.splitlines() if line.startswith("|")]
        headings, _, *cells = lines
        found += [dict(zip(headings, row, strict=True)) for row in cells]
    return found


def test_markdown_keeps_insecure_apart() -> None:
    text = to_markdown([insecure(backend="pyfhel"), made()])
    above, below = text.split("## INSECURE")
    assert "| tenseal |" in above
    assert "| pyfhel |" not in above
    assert "| n14_first48_scale40_depth8_digits9 | 1 | 128 bits |" in above
    assert "| pyfhel | n12_toy_INSECURE | 1 | INSECURE |" in below


def test_markdown_says_whose_a_row_is() -> None:
    *_, row = rows(to_markdown([made(key="0123456789abcdef", environment__threads=2)]))
    assert (row["suite"], row["threads"], row["key"]) == ("vit_tiny", "2", "01234567")


def test_markdown_of_what_did_not_end_ok_is_apart_whatever_its_security() -> None:
    unjudged = {"bits": None, "log_n": None, "log_qp": None, "secret": None, "secure": False}
    failures = [
        failing("unsupported", "no | bootstrap", backend="openfhe", security=unjudged),
        failing("failed", "wrong", backend="pyfhel"),
    ]
    text = to_markdown([*failures, made(), insecure()])
    finished, unfinished = text.split("## Not finished")
    heading, _, _ = unfinished.partition("\n")
    assert all(one.value.replace("_", " ") in heading for one in Status if one is not Status.OK)
    assert "openfhe" not in finished
    assert "pyfhel" not in finished
    assert (
        r"| openfhe | n14_first48_scale40_depth8_digits9 | 1 |  | unsupported: no \| bootstrap |"
        in unfinished
    )
    assert "| pyfhel | n14_first48_scale40_depth8_digits9 | 1 | 128 bits | failed: wrong |" in unfinished


def test_markdown_has_three_digits_of_what_was_measured_and_four_of_an_accuracy() -> None:
    times = {"latency__keygen_s": 0.03, "latency__evaluate_s": 0.0529, "ladder__encrypted": 0.98765}
    *_, row = rows(to_markdown([made(**times, memory__evaluator_peak_bytes=42_000_000)]))
    assert (row["key generation (s)"], row["evaluate (s)"]) == ("0.0300", "0.0529")
    assert (row["evaluator peak (GB)"], row["encrypted"]) == ("0.0420", "0.9877")


def test_markdown_shows_nothing_for_null() -> None:
    *_, row = rows(to_markdown([made(latency={}, memory={}, counts={})]))
    empty = {heading for heading, cell in row.items() if not cell}
    assert empty == {
        *("key generation (s)", "evaluate (s)", "key owner peak (GB)", "evaluator peak (GB)"),
        *("bootstraps", "round trips"),
    }


def test_markdown_shows_the_distribution_of_precision(record: Record) -> None:
    *_, row = rows(to_markdown([record]))
    assert row["precision (bits)"] == "15.5"
    assert row["mean / median / 99 % (bits)"] == "17.8 / 18.2 / 16.5"


def test_markdown_takes_names_and_reasons_from_files_for_text(record: Record) -> None:
    update = {"case": "a|b", "backend": "<b>", "parameter_set": "[here](http://y)", "suite": "*s*"}
    text = to_markdown([record.model_copy(update=update)])
    assert r"| a\|b | &lt;b&gt; | [here\](http://y) | 1 | 128 bits |" in text
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
    assert cells.count("| digits |") == 2


def test_markdown_places_a_loss_by_its_rungs() -> None:
    row, _ = rows(to_markdown([made()]))
    assert row["lost: HE-friendly → polynomial"] == "0.75 [-0.25, 1.75] points"
    assert row["lost: original → HE-friendly"] == row["lost: original → polynomial"] == ""


def test_markdown_tells_the_ladders_of_a_model_trained_again_apart() -> None:
    again = {**made().ladder.model_dump(by_alias=True)["held_out"], "polynomial": 0.97}
    records = [
        made(key="c" * 64, started_at="2026-11-25T00:00:00Z"),
        made(key="a" * 64),
        made(key="d" * 64, ladder__held_out=again),
    ]
    ladders = rows(to_markdown(records).partition("## At 128 bits")[0])
    assert [(row["polynomial"], row["key"]) for row in ladders] == [("0.9800", "c" * 8), ("0.9700", "d" * 8)]


def test_markdown_of_records_without_a_held_out_ladder_has_no_table_of_it(record: Record) -> None:
    bare = record.model_copy(update={"ladder": record.ladder.model_copy(update={"held_out": None})})
    assert to_markdown([bare]).startswith("## At 128 bits")
