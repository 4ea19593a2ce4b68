"""An evaluator that stands still in its work, and one that waits for the key owner: a stall and none.

Only bounds from below are asked, so no load of the machine changes what comes out.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from backends.planner import plan
from backends.registry import get
from bench.parties.messages import Refreshed, RoundTrip
from bench.run.key_owners import OneKeyOwner
from bench.run.program_parties import ProgramParties
from bench.run.splitting import Splitting
from reports.costs import StageCost
from reports.distorted import distorted
from tests.bench.kept import a_record
from tests.end_to_end.deadly import GRAPH, INPUTS
from tests.end_to_end.harness import refresh_of, session
from tests.end_to_end.saboteur import HONEST, STOPPED, install
from tests.toy import ROUND_TRIPS

#: For how long the evaluator is held or waits, in seconds.
HELD_S = 1.0


def hold(pid: int) -> None:
    """Once a process stands still, leave it so for a while, and have it go on; unless it ends before."""
    try:
        while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        time.sleep(HELD_S)
        os.kill(pid, signal.SIGCONT)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return


def evaluated(backend: str, folder: Path, monkeypatch: pytest.MonkeyPatch, spoil: str) -> StageCost:
    """What the evaluator spent on an evaluation with a client-aided refresh."""
    monkeypatch.syspath_prepend(folder)
    sys.modules.pop("sabotage", None)
    program = plan(GRAPH, ROUND_TRIPS, refresh_of(backend, ROUND_TRIPS))
    parties = session(backend, folder, install(folder, get(backend).adapter, spoil))

    def watch(pid: int) -> None:
        threading.Thread(target=hold, args=(pid,), daemon=True).start()

    with replace(parties, watch=watch) as opened:
        asked = ProgramParties(opened, ROUND_TRIPS)
        asked.prepare(program, asked.generate_keys(program, bootstrap=False).files)
        batches = asked.encrypt(INPUTS, program).batches
        opened.spending.begin("evaluate")
        Splitting(asked, program, INPUTS, np.inf).evaluate(batches)
    (found,) = (
        one
        for one in opened.spending.stages(correct=True) or []
        if (one.stage, one.party) == ("evaluate", "evaluator")
    )
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="a process that stands still is seen by Linux's states")
def test_an_evaluator_that_was_stopped_is_told_with_stage_and_figures(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = evaluated(backend, tmp_path, monkeypatch, STOPPED)
    assert found.idle_s >= HELD_S
    assert found.voluntary_switches > 0
    told = distorted(a_record(latency__stages=[found], latency__primitives=None))
    assert str(told).startswith(f"the evaluator used no processor for {found.idle_s:.1f} of ")


def test_an_evaluator_that_waits_for_the_key_owner_says_so(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = OneKeyOwner.refresh

    def late(self: OneKeyOwner, asked: RoundTrip) -> Refreshed:
        time.sleep(HELD_S)
        return refresh(self, asked)

    monkeypatch.setattr(OneKeyOwner, "refresh", late)
    found = evaluated(backend, tmp_path, monkeypatch, HONEST)
    assert HELD_S <= found.waited_s <= found.wall_s
    assert found.idle_s <= found.wall_s - found.waited_s
