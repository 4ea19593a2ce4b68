"""The evaluator's memory and the size of keys, told before anything is encrypted, and measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.costs import Costs
from backends.planner import plan, refresh_for
from backends.registry import get
from models import checkpoint
from reports.baseline import read_records
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

ROOT = Path(__file__).parents[2]
MEASURED = {
    (record.backend, record.parameter_set): record.memory
    for path in sorted((ROOT / "suites" / "baselines").glob("toy_*.json"))
    for record in read_records(path)
}


@pytest.mark.parametrize(("name", "place"), [(name, place) for name, place in MEASURED])
def test_what_is_told_is_what_the_baselines_measured(name: str, place: str) -> None:
    """The evaluator's memory and the keys' files, within a quarter; each library has its own."""
    parameters = next(one for one in (ROUND_TRIPS, BOOTSTRAPS) if place.startswith(one.name))
    descriptor = get(name)
    capabilities = descriptor.capabilities(parameters)
    kind = "bootstrap" if parameters.bootstrap else "round_trip"
    refresh = refresh_for(kind, parameters, capabilities)
    graph = checkpoint.load_graph(ROOT / "models" / "checkpoints" / "vit_tiny", "polynomial")
    program = plan(graph, parameters, refresh)
    needs = Costs(parameters).needs(program, capabilities, kind, descriptor.footprint)
    memory = MEASURED[name, place]
    told = needs.evaluator_bytes + needs.constants_bytes
    assert told == pytest.approx(memory.evaluator_peak_bytes, rel=0.25)
    if descriptor.simulates:
        return
    files = (memory.relinearisation_key_bytes, memory.rotation_keys_bytes, memory.bootstrap_keys_bytes)
    assert descriptor.footprint.key_files(needs.keys_bytes) == pytest.approx(
        sum(one or 0 for one in files), rel=0.25
    )
