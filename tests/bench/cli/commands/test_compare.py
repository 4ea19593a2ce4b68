"""`bench compare` on stores and exported files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli.commands.compare import compare
from bench.errors import UserError
from reports.errors import ReportError
from reports.export import to_json
from reports.record import Record
from reports.store import RECORDS, Run
from tests.bench.kept import a_record, store


def shown(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(compare, arguments, catch_exceptions=False, standalone_mode=False)
    assert result.return_value == status
    return result.output


def exported(path: Path, *records: Record) -> str:
    path.write_text(to_json(records))
    return str(path)


def test_a_store_against_an_exported_file(tmp_path: Path) -> None:
    baseline = exported(tmp_path / "a.json", a_record())
    store(tmp_path / "results", a_record(counts__rotations=1199, latency__keygen_s=9.0))
    text = shown(baseline, str(tmp_path / "results"))
    assert "1 cell: 1 better, 0 worse," in text
    assert "| rotations | better | 1200 | 1199 | 1 fewer, and exact |" in text
    assert "| bootstraps | same | 0 | 0 |  |" in text
    assert "too few processes, 1 a side" in text
    assert "| peak of the evaluator | same | 2.400 GB | 2.400 GB |  |" in text


def test_a_regression_is_said_and_is_no_failure_of_the_command(tmp_path: Path) -> None:
    a, b = (
        exported(tmp_path / "a.json", a_record()),
        exported(tmp_path / "b.json", a_record(ladder__logit_error_mean=8e-5)),
    )
    assert (
        "| precision by the mean error | worse | 17.82 bits | 15.82 bits | 2.0 bits lost, and up to 1 is"
        in shown(a, b)
    )


def test_names_and_reasons_are_text(tmp_path: Path) -> None:
    bad = a_record(status="failed", reason="<script>alert(1)</script> | `x`\nnext")
    text = shown(exported(tmp_path / "a.json", a_record()), exported(tmp_path / "b.json", bad))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\| 'x' next" in text


def test_a_damaged_line_is_named_and_the_others_are_compared(tmp_path: Path) -> None:
    run: Run = store(tmp_path / "results", a_record())
    with (run.folder / RECORDS).open("a") as file:
        file.write("{}\n")
    text = shown(str(tmp_path / "results"), str(tmp_path / "results"), status=1)
    assert "| rotations | same |" in text
    damaged = f"{RECORDS}:2: the line is cut off or damaged"
    assert damaged in text
    folder = str(tmp_path / "results")
    result = CliRunner().invoke(compare, [folder, folder, "--json"], standalone_mode=False)
    assert result.return_value == 1
    assert json.loads(result.stdout)
    assert damaged in result.stderr


def test_what_is_not_there_and_rules_that_are_wrong_are_refused(tmp_path: Path) -> None:
    a = exported(tmp_path / "a.json", a_record())
    with pytest.raises(ReportError, match="cannot be read"):
        shown(a, str(tmp_path / "nothing"))
    (tmp_path / "rules.yaml").write_text("bits:\n  lsot: 2\n")
    with pytest.raises(UserError, match=r"rules.yaml:2: 'lsot' is not a key here; did you mean lost\?"):
        shown(a, a, "--rules", str(tmp_path / "rules.yaml"))


def test_two_libraries_of_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    folder = exported(tmp_path / "a.json", a_record(), rival(latency__keygen_s=4.2))
    text = shown(folder, "--backend", "tenseal", "--backend", "pyfhel")
    assert "digits at shared14: pyfhel against tenseal" in text
    (line,) = (line for line in text.splitlines() if line.startswith("key generation"))
    assert " ".join(line.split()) == (
        "key generation 3.000 s 4.200 s 1.40 times slower one process each: no verdict"
    )
    told = json.loads(shown(folder, "--backend", "tenseal", "--backend", "pyfhel", "--json"))
    assert told[0]["backends"] == ["tenseal", "pyfhel"]
    figures = {one["measure"]: one for one in told[0]["figures"]}
    assert figures["latency.keygen_s"]["ratio"] == pytest.approx(1.4)


def rival(**changes: object) -> Record:
    cell = "vit_tiny/digits/pyfhel/n14_first48_scale40_depth8_digits9/0123456789ab"
    return a_record(backend="pyfhel", cell=cell, **changes)


def test_verdicts_as_json(tmp_path: Path) -> None:
    a = exported(tmp_path / "a.json", a_record())
    b = exported(tmp_path / "b.json", a_record(counts__rotations=1199))
    told = {one["measure"]: one for one in json.loads(shown(a, b, "--json"))}
    assert told["counts.rotations"]["verdict"] == "better"


@pytest.mark.parametrize(
    "more", [(), ("--backend", "tenseal"), ("--backend", "tenseal", "--backend", "tenseal")]
)
def test_what_is_no_pair_is_refused(tmp_path: Path, more: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="--backend"):
        shown(exported(tmp_path / "a.json", a_record()), *more)


def test_a_library_is_no_pair_with_itself(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="names tenseal twice; name two backends"):
        shown(str(tmp_path), "--backend", "tenseal", "--backend", "tenseal")


def test_a_folder_without_a_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no case that ended ok on both"):
        shown(exported(tmp_path / "a.json", a_record()), "--backend", "tenseal", "--backend", "openfhe")
