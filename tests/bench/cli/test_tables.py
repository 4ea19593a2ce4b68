"""The tables that end a run, of several processes of a cell."""

from __future__ import annotations

from bench.cli.tables import held_out, summaries, typical
from tests.bench.kept import a_record


def test_the_process_of_the_median_evaluation_stands_for_all() -> None:
    processes = [a_record(latency__evaluate_s=seconds) for seconds in (9.0, 1.0, 5.0)]
    assert typical(processes).latency.evaluate_s == 5.0


def test_without_an_evaluation_the_last_one_does() -> None:
    processes = [a_record(latency__evaluate_s=None, latency__keygen_s=seconds) for seconds in (1.0, 2.0)]
    assert typical(processes).latency.keygen_s == 2.0


def test_what_failed_is_seen() -> None:
    failed = a_record(status="failed", reason="12 of 64 labels differ")
    assert typical([a_record(), failed, a_record()]) is failed


def test_a_cell_has_one_column_however_many_processes_it_had() -> None:
    (table,) = summaries([a_record(), a_record(), a_record(backend="pyfhel")])
    assert [column.header for column in table.columns] == ["measure", "tenseal, 2 processes", "pyfhel"]


def test_metrics_are_written_in_their_own_format_and_sets_by_their_alias() -> None:
    (table,) = summaries([a_record()])
    assert table.title == "digits at shared14 (n14_first48_scale40_depth8_digits9)"
    measures, values = ([*column.cells] for column in table.columns)
    told = dict(zip(measures, values, strict=True))
    assert (told["accuracy: original"], told["agreement with polynomial"]) == ("97.50 %", "100.00 %")
    perplexity = a_record(ladder__metric="perplexity", ladder__original=4.12345)
    assert [*summaries([perplexity])[0].columns[1].cells][2] == "4.123"
    (ladders,) = held_out([a_record()])
    assert next(iter(ladders.columns[1].cells)).endswith(" %")
