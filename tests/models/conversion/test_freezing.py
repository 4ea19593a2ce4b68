"""BatchNorm becomes the affine map that it is at inference."""

import numpy as np
import pytest

from models.architectures.options import Options
from models.conversion import freeze
from models.reference import logits
from tests.models.architectures import small


@pytest.mark.parametrize("name", ["vit", "swin", "bert_post"])
def test_a_frozen_graph_computes_the_same_without_batch_norm(name: str) -> None:
    graph = small.build(name, Options(score_norm=True))
    x = small.inputs(graph)
    frozen, expected = freeze(graph), logits(graph, x)
    np.testing.assert_allclose(logits(frozen, x), expected, atol=1e-9 * np.abs(expected).max())
    assert "batch_norm" not in {node.operation for node in frozen}
    per_head = [n.name for n in graph if n.operation == "batch_norm" and n.attributes["over"] == "heads"]
    assert per_head
    assert all(frozen[name].attributes["over"] == "heads" for name in per_head)
