"""An evaluator that dies: when another takes its place, and from where it goes on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backends.planner import plan
from bench.parties.errors import PartyError
from bench.run.survival import Survival
from reports.record import Survival as Recorded
from tests.end_to_end.deadly import GRAPH, Deadly
from tests.end_to_end.harness import refresh_of
from tests.toy import ROUND_TRIPS


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deadly:
    """A cell on the simulator, with a client-aided refresh."""
    program = plan(GRAPH, ROUND_TRIPS, refresh_of("cleartext", ROUND_TRIPS))
    return Deadly("cleartext", ROUND_TRIPS, program, tmp_path, monkeypatch)


def test_without_a_checkpoint_the_batch_begins_again(deadly: Deadly) -> None:
    survival = Survival(allowed=1)
    found = deadly.survived(survival)
    disturbed, undisturbed = (one.measured[0] for one in found.evaluations)
    assert (survival.restarts, survival.checkpoints) == (1, 0)
    assert Counter(disturbed.counts) == Counter(undisturbed.counts)
    assert found.crossed[0] == found.crossed[1]
    assert found.calls == [deadly.call, 2 * deadly.planned]
    assert survival.lost_s > 0


def test_an_evaluator_is_not_started_again_where_that_is_not_allowed(deadly: Deadly) -> None:
    with pytest.raises(PartyError, match="SIGKILL") as caught:
        deadly.survived(Survival(checkpoint_s=1e-6))
    assert caught.value.kind == "Died"


def test_a_round_trip_before_the_checkpoint_is_counted_and_crosses_once(deadly: Deadly) -> None:
    found = deadly.survived(Survival(allowed=1, checkpoint_s=1e-6))
    disturbed, undisturbed = (one.measured[0] for one in found.evaluations)
    assert disturbed.counts["round_trips"] == deadly.program.counts["round_trips"] == 1
    assert Counter(disturbed.counts) == Counter(undisturbed.counts)
    assert found.crossed[0] == found.crossed[1]
    assert found.calls[1] < 2 * deadly.planned - deadly.call + 4


def test_only_a_death_is_survived_and_only_where_there_is_hope() -> None:
    died, refused = PartyError("Died", "the evaluator was ended"), PartyError("ExecutionError", "it refuses")
    assert Survival(allowed=1).again(died)
    assert not Survival(allowed=1).again(refused)
    assert not Survival().again(died)
    assert not Survival(allowed=1, hopeless=lambda: True).again(died)
    twice = Survival(allowed=2)
    assert [twice.again(died) for _ in range(3)] == [True, True, False]


def test_the_record_says_what_befell_the_parties() -> None:
    said: list[str] = []
    survival = Survival(allowed=2, say=said.append, key_sets={"a"})
    assert survival.block() is None
    survival.checkpoint(0.25)
    assert survival.again(PartyError("Died", "the evaluator was ended with signal SIGKILL"))
    block = survival.block()
    assert block == Recorded(
        restarts=1,
        lost_s=survival.lost_s,
        journalled_batches=0,
        key_sets=1,
        checkpoints=1,
        checkpoints_s=0.25,
    )
    assert said == ["  started again, 1 of 2 times: the evaluator was ended with signal SIGKILL"]
