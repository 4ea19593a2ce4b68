"""A sample that runs away in a batch with others, on every library at INSECURE toy parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backends.parameters import ParameterSet
from models import reference
from tests.end_to_end.harness import bootstraps, run
from tests.random_vit import random_inputs, random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

AWAY = 1


@pytest.mark.parametrize("parameters", [ROUND_TRIPS, BOOTSTRAPS], ids=["round_trips", "bootstraps"])
def test_the_others_keep_their_answers(backend: str, parameters: ParameterSet, tmp_path: Path) -> None:
    if parameters.bootstrap is not None and not bootstraps(backend):
        return
    graph, sound = random_vit(7, blocks=1), random_inputs(7, 4, 12, 5)
    expected = reference.logits(graph, sound)
    inputs = sound.copy()
    inputs[AWAY] *= 40
    usual = float(np.median(np.abs(expected).max(axis=1)))
    ran = run(backend, graph, parameters, inputs, tmp_path, usual=usual)
    assert len(ran.evaluation.again) == 4
    assert np.isnan(ran.logits[AWAY]).all()
    others = np.delete(np.arange(4), AWAY)
    np.testing.assert_allclose(ran.logits[others], expected[others], atol=0.01 * usual)
