"""What a limit does to a cell's life: the reason names the limit and the stage in which it was passed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from backends.openfhe.footprint import BUILD_SHARES
from backends.registry import available, get
from bench.environments.ensure import Environment
from bench.parties.errors import PartyError
from bench.run.life import Life
from bench.run.listener import Listener
from bench.run.outcome import Outcome
from bench.run.program_parties import ROLES
from bench.run.session import Session, Stage
from bench.run.stage_limits import of_stage
from bench.spec.cells import expand
from bench.spec.file import Limits, StageLimits
from bench.spec.suite import load_suite
from reports.record import Status

SECONDS = Limits(seconds=60)
BYTES = Limits(memory_bytes=8_000_000_000)


def life(folder: Path, limits: Limits) -> Life:
    """A cell of the toy suite on the simulator, under limits."""
    cell, *_ = expand(load_suite("toy", list(available())), ["cleartext"], samples=2)
    found = get("cleartext")
    here = Environment(found.name, Path(sys.executable), {}, made=False)
    return Life(replace(cell, limits=limits), found, here, folder, Listener(), probes=False)


def ended(folder: Path, limits: Limits, error: Exception, stage: str = "key generation") -> Outcome:
    """The outcome of a life that an error ends in a stage."""

    def use(session: Session) -> NoReturn:
        session.report(Stage(stage))
        raise error

    return life(folder, limits).live(lambda one: one.watched(ROLES, one.descriptor.adapter, use))


def test_a_time_out_names_its_limit_and_its_stage(tmp_path: Path) -> None:
    outcome = ended(tmp_path, SECONDS, PartyError("TimedOut", "the key owner did not answer in time"))
    assert outcome.status is Status.TIMED_OUT
    assert outcome.reason == "timed out after 60 s (limits.seconds) in key generation; raise the limit"


def test_a_real_party_that_takes_too_long_is_told_of_in_the_stage_that_it_was_in(tmp_path: Path) -> None:
    """No interpreter starts in a millisecond."""
    hasty = life(tmp_path, Limits(seconds=0.001))
    outcome = hasty.live(
        lambda one: one.watched(ROLES, one.descriptor.adapter, lambda s: s.start("evaluator"))
    )
    assert outcome.status is Status.TIMED_OUT
    assert outcome.reason == (
        "timed out after 0.001 s (limits.seconds) in starting the evaluator; raise the limit"
    )


def test_a_stage_that_takes_too_long_is_ended_by_its_own_limit(tmp_path: Path) -> None:
    """No interpreter starts in a millisecond, and the cell has a minute."""
    hasty = life(tmp_path, Limits(seconds=60, stages=StageLimits(start_s=0.001)))
    outcome = hasty.live(
        lambda one: one.watched(ROLES, one.descriptor.adapter, lambda s: s.start("evaluator"))
    )
    assert outcome.status is Status.TIMED_OUT
    assert outcome.reason == (
        "timed out after 0.001 s (limits.stages.start_s) in starting the evaluator; raise the limit"
    )


def test_every_stage_has_a_limit_by_default(tmp_path: Path) -> None:
    for stage, limit in (
        ("starting the key owner", ("start_s", 600.0)),
        ("key generation", ("keys_s", 43_200.0)),
        ("evaluation of halves", ("evaluate_s", 259_200.0)),
        ("primitives at level 3", ("evaluate_s", 259_200.0)),
    ):
        assert of_stage(stage, StageLimits()) == limit


@pytest.mark.parametrize(
    ("limits", "bound"),
    [
        (BYTES, "the limit is 8.00 GB (limits.memory_bytes)"),
        (SECONDS, "limits.memory_bytes sets no limit"),
    ],
)
@pytest.mark.parametrize("kind", ["MemoryError", "OutOfMemory"])
def test_a_party_out_of_memory(tmp_path: Path, limits: Limits, bound: str, kind: str) -> None:
    outcome = ended(tmp_path, limits, PartyError(kind, "no room for the keys"), "loading keys")
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.reason == f"out of memory in loading keys: no room for the keys; {bound}"


def test_all_processes_together_pass_the_limit(tmp_path: Path) -> None:
    """This process alone is larger than a megabyte."""
    small = life(tmp_path, Limits(memory_bytes=1_000_000))
    outcome = small.live(
        lambda one: one.watched(ROLES, one.descriptor.adapter, lambda s: s.start("key_owner"))
    )
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.reason == (
        "out of memory in starting the key owner: all processes together passed 1.00 MB "
        "(limits.memory_bytes); raise the limit"
    )


def test_the_front_process_out_of_memory(tmp_path: Path) -> None:
    outcome = ended(tmp_path, BYTES, MemoryError(), "decryption")
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.reason is not None
    assert outcome.reason.startswith("out of memory in decryption: ")


def test_what_cannot_fit_is_told_before_the_stage_that_needs_it(tmp_path: Path) -> None:
    outcome = life(tmp_path, BYTES).live(lambda one: one.report(Stage(str(one.room(0, 10**15)))))
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.reason is not None
    assert outcome.reason.startswith("out of memory in the start: the evaluator needs about 1.00 PB")
    assert "raise the limit" in outcome.reason or "free some" in outcome.reason


def test_another_build_that_needs_more_leaves_less_room(tmp_path: Path) -> None:
    rooms = {}
    for build in ("default", "hexl"):
        usual = life(tmp_path, Limits(memory_bytes=2_000_000))
        environment = replace(usual.environment, build=build)
        one = replace(usual, descriptor=get("openfhe"), environment=environment)
        rooms[build] = one.room(0, 1_000_000)
    assert rooms == {"default": 1_000_000, "hexl": 2_000_000 - int(1_000_000 * BUILD_SHARES["hexl"])}


def test_any_other_error_of_a_party_stays_as_it_is(tmp_path: Path) -> None:
    outcome = ended(tmp_path, SECONDS, PartyError("ValueError", "wrong"))
    assert (outcome.status, outcome.reason) == (Status.FAILED, "wrong")
