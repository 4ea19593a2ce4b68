"""The conformance kit on every backend, as `bench conform` runs it, with this interpreter's libraries."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backends.conformance.kit import GROUPS
from backends.registry import get
from bench.run.conformance import Outcome, conform


@pytest.fixture(scope="session")
def outcomes(backend: str, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """What became of every check of a backend."""
    found: list[Outcome] = []
    work, logs = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("logs")
    conform(get(backend), Path(sys.executable), work, logs, found.append)
    return found


@pytest.mark.parametrize("group", ["descriptor", *GROUPS])
def test_a_backend_conforms(group: str, backend: str, outcomes: list[Outcome]) -> None:
    of_group = [one for one in outcomes if one.group == group]
    assert [one for one in of_group if one.state == "failed"] == []
    assert of_group or (group == "native types" and not get(backend).native_types)


def test_only_a_simulator_leaves_out_what_makes_a_library(backend: str, outcomes: list[Outcome]) -> None:
    """What a backend here may lack is a bootstrap, a foretelling of its primes, and keys that are kept."""
    left_out = {(one.group, one.check) for one in outcomes if one.state == "left out"}
    optional = {
        ("bootstrap", "bootstraps as announced"),
        ("operations", "the security foretold is that of the keys"),
        ("keys", "goes on with a secret key that was kept"),
    }
    if get(backend).simulates:
        assert {group for group, _ in left_out} == {"operations", "attack", "keys", "audit"}
    else:
        assert left_out <= optional
