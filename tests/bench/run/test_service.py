"""The service yields a record a cell, and says why a cell runs again, is scored again, or neither."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import bench.run.origin
from bench.run import clear_rungs
from bench.run.keeping import spool
from bench.run.listener import Listener
from bench.run.model import ModelKind
from bench.run.outcome import Outcome
from bench.run.service import Service, is_failure
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite
from models.errors import ModelError
from reports.ladder import Ladder
from reports.record import Record, Status
from reports.scoring import precision
from reports.store import load_output, read_raw
from tests.bench.commands import ROOT, toy
from tests.bench.heard import Heard

BACKENDS = ("cleartext", "openfhe", "tenseal", "pyfhel", "seal_python", "fhelium")


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """The toy suite's cell with round trips, on four samples, compared on four."""
    suite = load_suite(str(ROOT / "suites" / "toy.yaml"), BACKENDS)
    found = expand(suite, ["cleartext"], ["round_trip"], samples=4, repeats=2)
    return found[:1]


def asked(output: Path, cells: list[Cell], rounds: int = 1) -> tuple[list[Record], Heard]:
    heard = Heard()
    return list(Service(output, heard).records(cells, rounds)), heard


def test_a_kept_record_answers_and_nothing_is_evaluated(tmp_path: Path, cells: list[Cell]) -> None:
    (first,), heard = asked(tmp_path, cells)
    assert first.status is Status.OK
    assert first.origin is not None
    assert "evaluation" in heard.stages
    (second,), heard = asked(tmp_path, cells)
    assert second == first
    assert heard.stages == []
    assert heard.lines == [f"answered by {first.run_id}; --fresh runs it again"]


def test_cells_of_one_case_have_samples_of_their_own(tmp_path: Path, cells: list[Cell]) -> None:
    (four,) = cells
    two = replace(
        four, samples=2, parameter_set=replace(four.parameter_set, alias="few", threads=2, twin=True)
    )
    records, _ = asked(tmp_path, [two, four])
    assert [record.samples for record in records] == [2, 4]
    assert len({record.cell for record in records}) == 2


def test_no_environment_is_made_for_what_a_backend_cannot_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making one can take minutes, and SEAL has one digit a prime whatever is installed."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    suite = load_suite(toy(tmp_path, ("digits: 11", "digits: 1")), BACKENDS)
    (record,), _ = asked(tmp_path / "results", expand(suite, ["pyfhel"], ["round_trip"], samples=4))
    assert record.status is Status.UNSUPPORTED
    assert "choose digits 11" in (record.reason or "")
    assert not cache.exists()


def test_where_scoring_alone_changes_every_process_is_scored_again(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half the precision, and not one evaluation: what gate and report take for the newest has one key."""
    before, _ = asked(tmp_path, cells, rounds=2)
    honest = precision._bits
    monkeypatch.setattr(precision, "_bits", lambda *values: _half(honest(*values)))
    monkeypatch.setattr(bench.run.origin, "scoring_digest", lambda modules: "another")
    after, heard = asked(tmp_path, cells, rounds=2)
    assert heard.stages == []
    assert "scored again from" in heard.lines[0]
    assert "the code that scores has changed" in heard.lines[0]
    assert {record.key for record in after}.isdisjoint(record.key for record in before)
    assert [record.scored_from for record in after] == [before[0].run_id] * 2
    halves = [record.ladder.precision_bits / 2 for record in before]
    assert [record.ladder.precision_bits for record in after] == pytest.approx(halves)
    assert {record.latency.evaluate_s for record in after} == {one.latency.evaluate_s for one in before}
    assert [record.counts for record in after] == [record.counts for record in before]
    assert len({record.key for record in after}) == 1
    newest = load_output(tmp_path).stored[-1]
    assert read_raw(newest)["logits_encrypted_repeated"].shape[0] == 1


def _half(bits: float | None) -> float | None:
    return None if bits is None else bits / 2


def test_what_is_scored_again_keeps_the_scores_that_it_was_given(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(tmp_path, cells)
    honest = clear_rungs.scores_of
    monkeypatch.setattr(clear_rungs, "scores_of", lambda *given: honest(*given) / 2)
    monkeypatch.setattr(bench.run.origin, "scoring_digest", lambda modules: "another")
    (record,), heard = asked(tmp_path, cells)
    assert "evaluation" not in heard.stages
    kept = read_raw(load_output(tmp_path).stored[-1])["held_out_polynomial"]
    assert record.ladder.held_out is not None
    assert kept.mean() == record.ladder.held_out.polynomial < 0.5


def test_what_is_scored_again_and_wrong_has_no_times_of_evaluation(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(tmp_path, cells)
    monkeypatch.setattr(precision, "precision_bits", lambda *values: 1.0)
    monkeypatch.setattr(bench.run.origin, "scoring_digest", lambda modules: "another")
    (record,), _ = asked(tmp_path, cells)
    assert record.status is Status.FAILED
    assert "1.0 bits of precision and the suite demands 8" in str(record.reason)
    assert record.latency.evaluate_s is None
    assert record.latency.keygen_s is not None


def test_where_the_program_changes_the_cell_runs_again_and_says_why(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(tmp_path, cells)
    monkeypatch.setattr(bench.run.origin, "program_digest", lambda modules: "another")
    _, heard = asked(tmp_path, cells)
    assert heard.lines[0] == "runs again: the code that encrypts, computes and measures has changed"
    assert "evaluation" in heard.stages


def test_a_record_that_did_not_end_well_does_not_answer(tmp_path: Path, cells: list[Cell]) -> None:
    strict = cells[0].limits.model_copy(update={"precision_bits": 99.0})
    demanding = [replace(cells[0], limits=strict)]
    (first,), _ = asked(tmp_path, demanding)
    assert first.status is Status.FAILED
    _, heard = asked(tmp_path, demanding)
    assert heard.lines[0] == "runs again: the kept record is failed"
    assert "evaluation" in heard.stages


def test_raw_outputs_that_were_damaged_are_not_scored(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(tmp_path, cells)
    (stored,) = load_output(tmp_path).stored
    assert stored.raw is not None
    np.savez(stored.raw.with_suffix(".other.npz"), logits=np.zeros(1))
    stored.raw.with_suffix(".other.npz").replace(stored.raw)
    monkeypatch.setattr(bench.run.origin, "scoring_digest", lambda modules: "another")
    (record,), heard = asked(tmp_path, cells)
    assert record.status is Status.OK
    assert "evaluation" in heard.stages
    assert any("does not match the digest" in line for line in heard.lines)


def test_a_record_whose_raw_outputs_are_gone_is_no_answer(tmp_path: Path, cells: list[Cell]) -> None:
    asked(tmp_path, cells)
    (stored,) = load_output(tmp_path).stored
    assert stored.raw is not None
    stored.raw.unlink()
    (record,), heard = asked(tmp_path, cells)
    assert "evaluation" in heard.stages
    assert heard.lines[0].startswith("no answer: ")
    assert record.run_id != stored.record.run_id


def test_a_case_that_cannot_be_read_is_told_of_before_anything_has_run(
    tmp_path: Path, cells: list[Cell]
) -> None:
    (good,) = cells
    assert good.model_folder is not None
    broken = tmp_path / "broken"
    shutil.copytree(good.model_folder, broken)
    weights = broken / "polynomial.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    bad = replace(good, case=replace(good.case, name="truncated"), model_folder=broken)
    heard = Heard()
    with pytest.raises(ModelError, match="does not match the digest"):
        list(Service(tmp_path / "results", heard).records([good, bad, good]))
    assert heard.stages == []
    assert not (tmp_path / "results").exists()


@dataclass(frozen=True)
class Speechless(ModelKind):
    """A kind of cell that computes and then has no ladder."""

    def ladder(self, outcome: Outcome) -> Ladder:
        raise ZeroDivisionError("seven heads")


def test_an_error_while_a_record_is_made_costs_neither_the_record_nor_the_next_cell(
    tmp_path: Path, cells: list[Cell]
) -> None:
    (good,) = cells
    odd = replace(good, case=replace(good.case, name="odd"))
    loaded = ModelKind.load(odd, Listener().held_out)
    service = Service(tmp_path, Heard())
    service._loaded[ModelKind, "odd", odd.samples] = Speechless(loaded.workload)
    first, second = service.records([odd, good])
    assert first.status is Status.FAILED
    assert "ZeroDivisionError: seven heads" in str(first.reason)
    assert second.status is Status.OK
    assert [one.record.status for one in load_output(tmp_path).stored] == [first.status, second.status]


def test_a_results_folder_that_goes_away_costs_no_record(
    tmp_path: Path, cells: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes while the first cell's record is being told of, so that the second finds none."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    output, heard = tmp_path / "results", Heard()
    service = Service(output, heard)
    made = service.records([cells[0], replace(cells[0], repeats=1)])
    next(made)
    shutil.rmtree(output)
    (second,) = made
    assert service.misplaced == 1
    assert second.status is Status.FAILED
    assert "cannot be made" in str(second.reason)
    (stored,) = load_output(spool()).stored
    assert stored.record == second


def test_unsupported_is_a_failure_where_the_backend_is_asked_for_by_name_alone(
    tmp_path: Path, cells: list[Cell]
) -> None:
    (record,), _ = asked(tmp_path, cells)
    refused = record.model_copy(update={"status": Status.UNSUPPORTED})
    assert not is_failure(record, ["cleartext"])
    assert is_failure(refused, ["cleartext"])
    assert not is_failure(refused, [])
