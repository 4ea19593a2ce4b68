"""An exported file is checked before a gate rests on it; what is wrong is named in one sentence."""

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from reports.baseline import contradictions, read_records, write_records
from reports.costs import Counts, Evaluation, Primitive
from reports.errors import ReportError
from reports.export import to_json
from reports.gate.accept import accept
from reports.record import Record, SecurityBlock
from tests.reports.processes import FAILED, processes, vary

ROTATE = Primitive(name="rotate", level=7, count=2, s=0.07)
CELL = "vit_tiny/digits/tenseal/n14_first48_scale40_depth8_digits9/0123456789ab"


def written(tmp_path: Path, records: list[Record], damage: Callable[[list[Any]], None] | None = None) -> Path:
    listed = json.loads(to_json(records))
    if damage is not None:
        damage(listed)
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(listed))
    return path


def _bits(one: dict[str, Any], largest: float | None, mean: float) -> None:
    one["latency"]["primitives"][0].update(precision_bits=largest, mean_precision_bits=mean)


def test_what_an_export_wrote_comes_back(record: Record, tmp_path: Path) -> None:
    several = processes(record, 3)
    assert read_records(written(tmp_path, several)) == several
    write_records(tmp_path / "again.json", several)
    assert (tmp_path / "again.json").read_text() == to_json(several)
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda one: one["counts"].update(rotations="1200"), "counts.rotations: Input should be"),
        (lambda one: one["counts"].update(rotation=1), "counts.rotation: Extra inputs are not permitted"),
        (lambda one: one.pop("status"), "status: Field required"),
        (lambda one: one["latency"].update(evaluate_s="60"), "latency.evaluate_s"),
        (lambda one: one["memory"].update(public_key_bytes=0), "memory.public_key_bytes"),
        (lambda one: one["security"].update(bits=100), "it means 128 bits or more"),
        (lambda one: one.update(schema=3), "has schema 3, this version reads 1 to 2"),
        (lambda one: one.update(reason="odd"), "only ok has none"),
        (lambda one: one.update(backend="pyfhel"), "its cell does not begin with vit_tiny/digits/pyfhel/"),
        (lambda one: one["security"].update(source=None), "called secure without the ring"),
        (lambda one: one["latency"].update(per_sample_s=60.0), "its time per sample is not"),
        (lambda one: one["latency"].update(other_s=2.0), "parts of its wall time do not add up"),
        (lambda one: one["latency"]["runs"][0].update(cold=False), "its first run is not the cold"),
        (lambda one: one["ladder"].update(logit_error_mean=2e-4), "its mean logit error is over its largest"),
        (lambda one: _bits(one, 25.0, 24.0), "the mean error of rotations is over its largest"),
        (lambda one: _bits(one, None, 24.0), "the mean error of rotations is over its largest"),
        (lambda one: one["counts"].update(bootstraps=3), "it ran 3 bootstraps of 0 and is called ok"),
        (lambda one: one["security"].update(log_qp=-1.0), "log_qp: Input should be greater than 0"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_refused_by_name(
    record: Record, tmp_path: Path, damage: Callable[[Any], None], said: str
) -> None:
    path = written(tmp_path, processes(record, 2), lambda listed: damage(listed[1]))
    with pytest.raises(ReportError) as refused:
        read_records(path)
    sentence = str(refused.value)
    assert sentence.startswith(f"{path}: record 2 ({CELL}")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ('[{"schema": 1', "is not JSON"),
        ("{}", "does not hold a list of records"),
        ("[]", "does not hold a list of records"),
        ("[3]", "record 1 is not a record"),
        ("[{}]", "record 1 (without a cell) has schema None"),
        ("{" * 2000, "is not JSON"),
    ],
)
def test_what_is_no_list_of_records_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ReportError) as refused:
        read_records(path)
    assert said in str(refused.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="make it with `bench export RESULTS --format json`"):
        read_records(tmp_path / "baseline.json")


def test_a_record_that_stands_twice_is_no_second_process(record: Record, tmp_path: Path) -> None:
    path = written(tmp_path, [*processes(record, 2), *processes(record, 1)])
    with pytest.raises(ReportError, match=r"record 3 .* is record 1 again; keep one"):
        read_records(path)


def test_rounds_of_one_run_are_processes(record: Record, tmp_path: Path) -> None:
    """`bench run --rounds 3` writes three records of one run, cell and key."""
    rounds = [one.model_copy(update={"run_id": "run"}) for one in processes(record, 3)]
    assert read_records(written(tmp_path, rounds)) == rounds


def test_what_could_not_be_read_is_not_written(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    (one,) = processes(record)
    for records, said in (
        ([one, one], r"record 2 .* is record 1 again"),
        ([vary(one, {"counts.bootstraps": 3})], r"record 1 .* contradicts itself"),
        ([], "would hold no record"),
    ):
        with pytest.raises(ReportError, match=said):
            write_records(path, records)
        with pytest.raises(ReportError, match=said):
            accept(path, records, "a reason", {}, one.started_at)
    assert not list(tmp_path.iterdir())  # no reason without its change either


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("NaN", "counts.rotations is NaN and not a finite number"),
        ("-Infinity", "counts.rotations is -Infinity and not a finite number"),
        ("1e999", "counts.rotations is a number too large to be one"),
        ("9" * 400, "counts.rotations is a number of 400 digits, too large to be one"),
        ("9" * 5000, "counts.rotations is a number of 5000 digits, too large to be one"),
        ('[{"deep": NaN}]', "counts.rotations[0].deep is NaN and not a finite number"),
        ('1200, "rotations": 9000', "counts.rotations appears twice"),
    ],
)
def test_what_json_takes_and_no_record_holds_is_told_with_its_place(
    record: Record, tmp_path: Path, written: str, said: str
) -> None:
    """NaN was "this cannot be written as JSON"; of a name twice the last would count, unchecked."""
    path = tmp_path / "baseline.json"
    sound, damaged = to_json([record]), to_json(processes(record, 1, place=3))
    damaged = damaged.replace('"rotations": 1200', f'"rotations": {written}')
    path.write_text(f"[{sound.strip()[1:-1]}, {damaged.strip()[1:-1]}]")
    with pytest.raises(ReportError) as refused:
        read_records(path)
    assert str(refused.value) == f"{path}: record 2 ({CELL}): {said}; export the file again"


def test_a_record_that_is_little_but_nan_names_what_it_can(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('[{"schema": 1, "cell": NaN, "latency": {"encrypt_s": 1}}]')
    with pytest.raises(ReportError, match=r"record 1 \(without a cell\): cell is NaN"):
        read_records(path)


def test_a_record_that_is_dated_ahead_is_refused(record: Record, tmp_path: Path) -> None:
    """It would be the newest of its cell for ever, and left every other out."""
    path = written(
        tmp_path, [record, vary(record, {"started_at": datetime(9999, 1, 1, tzinfo=timezone.utc)})]
    )
    with pytest.raises(
        ReportError, match=r"record 2 .*: it is dated 9999-01-01T00:00:00\+00:00, which is still"
    ):
        read_records(path)


def test_a_byte_order_mark_is_none_of_the_json(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(to_json([record]), encoding="utf-8-sig")
    assert read_records(path) == [record]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ladder.polynomial": -3.0}, "its accuracy is not between 0 and 1"),
        ({"ladder.held_out.original": 1.5}, "its accuracy is not between 0 and 1"),
        ({"ladder.metric": "perplexity"}, "its perplexity is not between 1 and inf"),
        ({"counts": Counts()}, "it ran a program and counted nothing"),
        ({"latency.primitives": [ROTATE, ROTATE]}, "one primitive appears twice at one level"),
    ],
)
def test_what_no_run_measures_contradicts_itself(record: Record, changes: dict[str, Any], said: str) -> None:
    assert said in list(contradictions(vary(record, changes)))


def test_a_failure_with_a_time_contradicts_itself(record: Record) -> None:
    """Defect 10: a wrong answer gives no timing."""
    assert list(contradictions(record)) == []
    (found,) = contradictions(vary(record, FAILED))
    assert found == "it is failed and has a time of evaluation"


def test_a_file_that_cannot_be_written_is_told(record: Record, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be written"):
        write_records(tmp_path / "nowhere" / "baseline.json", [record])


def test_what_a_run_without_security_or_repeats_writes_is_sound(record: Record) -> None:
    plain = vary(
        record, {"security": SecurityBlock(), "latency.runs": [Evaluation(cold=True, evaluate_s=60.0)]}
    )
    assert list(contradictions(plain)) == []
