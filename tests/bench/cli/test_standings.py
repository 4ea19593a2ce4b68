"""The ranking of a terminal."""

from __future__ import annotations

from io import StringIO

from bench.cli.screen import Screen
from bench.cli.standings import overview
from reports.record import Record
from tests.reports.html.records import failing, made


def shown(records: list[Record], by: str = "throughput", width: int = 100) -> list[str]:
    file = StringIO()
    screen = Screen(file=file, width=width)
    tables, lines = overview(records, width, by)
    for table in tables:
        screen.print(table)
    for line in lines:
        screen.say(line)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_of_one_case_every_cell_is_told_with_its_distance_from_the_best() -> None:
    lines = shown([made(latency__per_sample_s=2.0), made(backend="pyfhel", latency__per_sample_s=1.0)])
    assert lines[0] == "digits, interactive (round trips), 1 thread"
    assert lines[1].split() == [
        *("backend", "parameters", "a", "sample", "bits", "accuracy", "agreement"),
        *("evaluator", "refreshes", "processes"),
    ]  # fmt: skip
    assert lines[2].split()[:6] == ["pyfhel", "shared14", "1.00×", "best", "1.00", "s"]
    assert lines[3].split()[:5] == ["tenseal", "shared14", "2.00×", "2.00", "s"]
    assert len(lines) == 4


def test_it_fits_a_screen_of_a_hundred_columns_and_thirty_lines() -> None:
    cells = [
        made(
            backend=backend,
            parameters={**SET, "alias": alias},
            parameter_set=f"n14_{alias}",
            environment__threads=threads,
        )
        for backend in ("openfhe", "tenseal", "pyfhel")
        for alias, threads in (("shared14", 1), ("shared15", 1), ("best_seal", 1), ("best_openfhe", 2))
    ]
    lines = shown(cells)
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert sum("best " in f"{line} " and "×" in line for line in lines) == 2


SET = made().model_dump()["parameters"]


def test_of_several_cases_the_best_of_each_division_is_told() -> None:
    lines = shown(
        [made(), made(case="other"), made(case="other", backend="pyfhel", latency__per_sample_s=0.1)],
        width=160,
    )
    assert lines[0] == "best of each case: interactive (round trips), 1 thread, 128 bits or more"
    assert [line.split()[:3] for line in lines[2:]] == [["digits", "1", "tenseal"], ["other", "2", "pyfhel"]]
    assert "alone" in lines[2]


def test_of_several_cases_those_that_are_alike_have_a_line_each_on_a_narrow_screen() -> None:
    cases = [f"attention_{number}x32" for number in range(10, 22)]
    lines = shown(
        [
            *(made(case=case) for case in cases),
            made(case=cases[0], backend="pyfhel", counts__round_trips=0),
            made(case=cases[0], backend="openfhe", environment__threads=2),
        ],
        width=80,
    )
    assert [line for line in lines if line.startswith("best")] == [
        "best of each case: non-interactive, 1 thread, 128 bits or more",
        "best of each case: interactive (round trips), 1 thread, 128 bits or more",
        "best of each case: interactive (round trips), 2 threads, 128 bits or more",
    ]
    assert len(lines) == 3 * 2 + len(cases) + 2
    assert max(map(len, lines)) <= 80


def test_another_ranking_brings_its_own_column() -> None:
    lines = shown([made(), made(backend="pyfhel", wire__to_evaluator_bytes=1)], by="traffic", width=160)
    assert "traffic" in lines[1]
    assert lines[2].split()[0] == "pyfhel"


def test_what_did_not_end_ok_has_a_line_that_says_why() -> None:
    lines = shown([failing("unsupported", "it cannot bootstrap", backend="tenseal")])
    assert lines == ["digits on tenseal at shared14: unsupported: it cannot bootstrap"]


def test_a_narrow_screen_leaves_columns_out_and_folds_no_word() -> None:
    names = ("best_openfhe_one_thread", "shared14")
    cells = [made(parameters={**SET, "alias": alias}, parameter_set=f"n14_{alias}") for alias in names]
    narrow, wide = shown(cells, width=80), shown(cells, width=120)
    assert max(map(len, narrow)) <= 80
    assert {line.split()[1] for line in narrow[2:]} == set(names)
    assert "processes" in wide[1]
    assert "processes" not in narrow[1]
    assert "bits" in narrow[1]


def test_processes_that_failed_beside_others_that_ended_ok_are_told() -> None:
    both = {"key": "2" * 64}
    lines = shown(
        [
            made(started_at="2026-11-24T04:45:01Z", **both),
            failing("failed", "wrong answer", started_at="2026-11-24T04:45:02Z", **both),
        ],
        width=120,
    )
    assert lines[2].endswith("1 of 2")
    assert lines[3] == "digits on tenseal at shared14: 1 of 2 processes ended ok; failed: wrong answer"
