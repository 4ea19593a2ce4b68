"""Layers of random weights: values of a size that suits encryption, however many blocks follow each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.layers import CALIBRATION_SAMPLES, LayerShape, calibration_samples, layer, layer_inputs
from models.reference import run

SHAPE = LayerShape("block", 4, 8, 2, 4)


@pytest.mark.parametrize("blocks", [1, 3, 6])
def test_values_stay_small_behind_many_blocks(blocks: int) -> None:
    """Every input of a polynomial is within [-1, 1], and the stream at most about 2."""
    shape = replace(SHAPE, blocks=blocks, mlp_ratio=4)
    graph = layer(shape, 0)
    values = run(graph, layer_inputs(shape, 8, 1), check_intervals=True)
    assert np.abs(values[graph.output]).max() < 2.5
    polynomials = [node for node in graph if node.operation == "polynomial"]
    assert len(polynomials) == 2 * blocks
    (weight,) = {n.arrays["weight"].shape for n in graph if n.name.endswith("mlp.expand")}
    assert weight == (4 * shape.features, shape.features)


def test_a_large_layer_is_scaled_on_fewer_samples() -> None:
    assert calibration_samples(SHAPE) == CALIBRATION_SAMPLES
    assert calibration_samples(LayerShape("block", 197, 768, 12, 8, mlp_ratio=4)) == 55
