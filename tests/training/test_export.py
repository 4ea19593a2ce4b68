"""An exported graph computes what torch computes, operation by operation and as a whole."""

import numpy as np
import pytest
import torch

from models.export import deviation, export
from models.reference import gelu, run
from models.training import train
from models.vit import Vit
from tests.training.shapes import SETTINGS, SHAPE, few_samples


@pytest.fixture(params=[False, True], ids=["original", "he_friendly"], scope="module")
def trained(request: pytest.FixtureRequest) -> Vit:
    return train(SHAPE, request.param, few_samples(), SETTINGS, 0, lambda line: None)


def test_logits_equal_those_of_torch_in_float64(trained: Vit) -> None:
    inputs = few_samples().inputs
    graph = export(trained, "small")
    assert deviation(trained, graph, inputs) < 1e-12
    with torch.no_grad():
        single = trained(torch.from_numpy(inputs.astype(np.float32))).logits.numpy()
    np.testing.assert_allclose(run(graph, inputs)[graph.output][:, 0], single, atol=1e-4)


def test_a_changed_weight_shows_as_deviation(trained: Vit) -> None:
    graph = export(trained, "small")
    with torch.no_grad():
        trained.head.bias[3] += 1e-3
    assert deviation(trained, graph, few_samples().inputs) == pytest.approx(1e-3, rel=1e-3)
    with torch.no_grad():
        trained.head.bias[3] -= 1e-3


def test_weights_are_float32_values(trained: Vit) -> None:
    for node in export(trained, "small"):
        for array in node.arrays.values():
            np.testing.assert_array_equal(array, array.astype(np.float32))


def test_freezing_batch_norm_keeps_its_function() -> None:
    torch.manual_seed(3)
    model = Vit(SHAPE, he_friendly=True)
    inputs = torch.from_numpy(few_samples().inputs.astype(np.float32))
    for _ in range(20):
        model(inputs)
    model.eval()
    with torch.no_grad():
        before = model(inputs).logits
        model.freeze_batch_norm()
        after = model(inputs).logits
    np.testing.assert_allclose(after.numpy(), before.numpy(), atol=1e-4)


def test_what_is_watched_in_training_is_what_polynomials_will_meet(trained: Vit) -> None:
    inputs = few_samples().inputs
    graph = export(trained, "small")
    values = run(graph, inputs)
    with torch.no_grad():
        watched = trained(torch.from_numpy(inputs.astype(np.float32))).activation_inputs
    met = [values[node.inputs[0]] for node in graph if node.operation == "gelu"]
    if trained.attention[0].he_friendly:
        assert len(watched) == len(met) == 2
        for seen, value in zip(watched, met, strict=True):
            np.testing.assert_allclose(seen.numpy(), value, atol=1e-4)
    else:
        assert watched == []


def test_gelu_is_torchs() -> None:
    x = np.linspace(-6, 6, 101)
    np.testing.assert_allclose(gelu(x), torch.nn.functional.gelu(torch.from_numpy(x)).numpy(), atol=1e-14)
