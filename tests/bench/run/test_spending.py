"""What parties spend is summed up by stage and party, whatever order the stages have."""

from __future__ import annotations

from pathlib import Path

from bench.parties.spent import Spent
from bench.run.listener import Listener
from bench.run.service import Service
from bench.run.spending import REPEATS, Spending, StageSpent
from bench.spec.selection import Selection

ONE = Spent(1.0, 0.25, 0.5, 0.125, 2, 30)


def places(spending: Spending) -> list[tuple[str, str]]:
    return [(one.stage, one.party) for one in spending.so_far]


def test_requests_of_one_stage_add_up_and_stages_come_back() -> None:
    spending = Spending()
    for stage in ("keys", "evaluate", "keys"):
        spending.begin(stage)
        spending.note("key_owner", ONE)
    assert spending.so_far == (
        StageSpent("keys", "key_owner", ONE + ONE),
        StageSpent("evaluate", "key_owner", ONE),
    )


def test_what_is_held_is_one_stage_whatever_begins() -> None:
    """Of a batch that others follow the decryption is not told as a stage; a repeat has stages of its own."""
    spending = Spending()
    spending.begin("evaluate")
    with spending.of("decrypt"):
        spending.note("key_owner", ONE)
    spending.note("evaluator", ONE)
    with spending.of(REPEATS):
        spending.begin("evaluate")
        spending.note("evaluator", ONE)
        with spending.of("decrypt"):
            spending.note("key_owner", ONE)
    spending.note("evaluator", ONE)
    assert places(spending) == [
        ("decrypt", "key_owner"),
        ("evaluate", "evaluator"),
        (REPEATS, "evaluator"),
        (REPEATS, "key_owner"),
    ]


def test_key_owners_go_on_with_what_they_did_and_an_evaluator_begins_anew() -> None:
    spending = Spending()
    spending.begin("keys")
    spending.note("key_owner_2", ONE)
    before = (StageSpent("keys", "key_owner_2", ONE), StageSpent("load", "evaluator", ONE))
    spending.take_up(before)
    assert spending.so_far == (StageSpent("keys", "key_owner_2", ONE + ONE),)


def test_the_record_has_what_no_processor_and_no_wait_fills() -> None:
    spending = Spending()
    spending.begin("load")
    spending.note("evaluator", ONE)
    (found,) = spending.stages(correct=True) or []
    assert found.model_dump() == {
        "stage": "load",
        "party": "evaluator",
        "wall_s": 1.0,
        "waited_s": 0.25,
        "user_s": 0.5,
        "system_s": 0.125,
        "idle_s": 0.125,
        "voluntary_switches": 2,
        "involuntary_switches": 30,
    }


def test_several_threads_are_never_idle_for_less_than_nothing() -> None:
    spending = Spending()
    spending.note("evaluator", Spent(1.0, -1e-17, 3.5, 0.25, 0, 0))
    (found,) = spending.stages(correct=True) or []
    assert (found.idle_s, found.waited_s, found.user_s) == (0.0, 0.0, 3.5)


def test_a_wrong_output_has_the_stages_before_the_evaluation() -> None:
    spending = Spending()
    for stage in ("keys", "evaluate", "decrypt", REPEATS):
        spending.begin(stage)
        spending.note("key_owner", ONE)
    assert [one.stage for one in spending.stages(correct=False) or []] == ["keys"]
    assert Spending().stages(correct=True) is None


def test_a_cell_tells_of_every_stage_and_party(tmp_path: Path) -> None:
    """With a client-aided refresh, and evaluated twice."""
    cells = Selection(
        "toy", ("cleartext",), ("round_trip",), (), samples=2, repeats=2, imitate="openfhe"
    ).cells()
    (record,) = Service(tmp_path, Listener()).records(cells)
    told = {(one.stage, one.party): one for one in record.latency.stages or []}
    assert list(told) == [
        ("keys", "key_owner"),
        ("load", "evaluator"),
        ("model", "evaluator"),
        ("encrypt", "key_owner"),
        ("evaluate", "key_owner"),
        ("evaluate", "evaluator"),
        ("decrypt", "key_owner"),
        (REPEATS, "key_owner"),
        (REPEATS, "evaluator"),
    ]
    waiting = {place for place, one in told.items() if one.waited_s}
    assert waiting == {("evaluate", "evaluator"), (REPEATS, "evaluator")}
    cold = told["evaluate", "evaluator"]
    assert record.latency.evaluate_s is not None
    assert cold.wall_s >= record.latency.evaluate_s
