"""A pretrained graph's weights in its HE-friendly form, before any training."""

from __future__ import annotations

import numpy as np
import pytest

from models.architectures import registry
from models.architectures.bert import BertShape
from models.architectures.options import ORIGINAL, Options
from models.graph import Graph
from models.operations.activations import gelu
from models.reference import Course, evaluate, kept_values, outputs, run
from models.warming import hidden_states, transplant
from models.warming.attention import fit_heads
from tests.training.graphs import DATA, build, inputs_of

POWERS = Options(
    norm="layer", mlp_norm=False, attention="power_softmax", length_scaling="none", score_bias=1.0
)
#: Kind, options of the HE-friendly graph, and how far its answers may be from the original's, relative to how
#: far those scatter. BatchNorm is far from a LayerNorm of random weights.
CASES = [
    ("vit", Options(), 0.45),
    ("vit", Options(score_norm=True, length_scaling="both"), 0.45),
    ("swin", Options(), 0.75),
    *((kind, Options(norm="layer", mlp_norm=False, score_bias=1.0), 0.2) for kind in DATA),
    ("vit", Options(norm="layer", mlp_norm=False, attention="relu", length_scaling="none"), 0.2),
    *((kind, POWERS.model_copy(update={"power": power}), 0.2) for kind in DATA for power in (4, 8)),
]


def pretrained(kind: str) -> Graph:
    """An original whose attention is no mean and whose norms are no identities, as trained ones are."""
    rng = np.random.default_rng(5)
    graph = build(kind, ORIGINAL)
    for node in graph:
        for name, array in node.arrays.items():
            if name in ("scale", "shift", "weight"):
                array += rng.normal(0, 0.1, array.shape)
    return graph


@pytest.mark.parametrize(("kind", "options", "bound"), CASES)
def test_it_answers_nearly_as_the_original_before_training(kind: str, options: Options, bound: float) -> None:
    original, empty = pretrained(kind), build(kind, options, seed=3)
    inputs, others = inputs_of(original, 64), inputs_of(original, 64, seed=9)
    warm = transplant(original, empty, inputs)
    wanted = outputs(original, others)
    scatter = np.square(wanted - wanted.mean(axis=(0, 1))).sum()

    def distance(graph: Graph) -> float:
        return float(np.square(outputs(graph, others) - wanted).sum() / scatter)

    assert [(node.name, node.operation) for node in warm] == [(node.name, node.operation) for node in empty]
    assert distance(warm) < bound < distance(empty)


def test_powers_without_a_bias_take_the_weights_as_they_are() -> None:
    original = pretrained("vit")
    options = POWERS.model_copy(update={"score_bias": None})
    warm = transplant(original, build("vit", options, seed=3), inputs_of(original, 32))
    np.testing.assert_array_equal(
        warm["blocks.0.attention.q"].arrays["weight"], original["blocks.0.attention.q"].arrays["weight"]
    )


def test_what_both_graphs_have_is_taken_as_it_is() -> None:
    original = pretrained("vit")
    warm = transplant(original, build("vit", Options(), seed=3), inputs_of(original, 32))
    for name in ("embedding", "blocks.0.attention.k", "blocks.0.mlp.expand", "head"):
        np.testing.assert_array_equal(warm[name].arrays["weight"], original[name].arrays["weight"])


def test_a_norm_that_the_original_lacks_is_the_identity() -> None:
    original = pretrained("vit")
    inputs = inputs_of(original, 32)
    warm = transplant(original, build("vit", Options(), seed=3), inputs)
    values = run(warm, inputs)
    np.testing.assert_allclose(
        values["blocks.0.mlp.inner_norm"], values["blocks.0.mlp.expand"], rtol=0, atol=1e-9
    )


def test_a_batch_norm_is_nearest_to_the_layer_norm_in_its_place() -> None:
    """Least squares leaves an error without correlation to what it was made from, and without a mean."""
    original = pretrained("vit")
    inputs = inputs_of(original, 32)
    warm = transplant(original, build("vit", Options(), seed=3), inputs)
    name = "blocks.0.attention.norm"
    x = run(warm, inputs)["embedding"]
    error = evaluate(warm[name], [x]) - run(original, inputs)[name]
    np.testing.assert_allclose(error.mean(axis=(0, 1)), 0, atol=1e-9)
    np.testing.assert_allclose((error * x).mean(axis=(0, 1)), 0, atol=1e-9)


def test_heads_that_are_pointwise_are_found_again() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(8, 2, 6, 6))
    factor, bias, gain = np.array([0.5, 2.0]), np.array([1.0, -0.25]), np.array([0.3, 7.0])
    made = gelu(scores * factor[:, None, None] + bias[:, None, None]) * 0.5
    fit = fit_heads(scores, made * gain[:, None, None], np.array(0.5), gelu, biases=True)
    assert (fit.factor[0], fit.bias[0]) == (0.5, 1.0)
    np.testing.assert_allclose(fit.gain, gain, rtol=1e-9)
    without = fit_heads(scores, made, np.array(0.5), gelu, biases=False)
    assert without.bias.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("vit", ("blocks.0.attention.residual", "head.norm")),
        ("bert", ("blocks.0.attention.residual", "head.norm")),
    ],
)
def test_hidden_states_lie_behind_each_branch(kind: str, expected: tuple[str, ...]) -> None:
    found = hidden_states(build(kind, ORIGINAL), build(kind, Options()))
    assert found == expected
    for options in (ORIGINAL, Options()):
        graph = build(kind, options)
        values = run(graph, inputs_of(graph, 2))
        assert {values[name].shape[-1] for name in found} == {8}


def test_states_of_a_post_norm_model_are_what_its_norms_make() -> None:
    shape = BertShape(dim=8, heads=2, blocks=1, mlp_ratio=2, norm_position="post")
    rng = np.random.default_rng(0)
    graph = registry.build(shape, ORIGINAL, DATA["bert"], {}, rng, "bert")
    assert hidden_states(graph, graph) == ("blocks.0.attention.norm", "blocks.0.mlp.norm")


def test_values_are_held_until_their_last_reader() -> None:
    graph = pretrained("gpt")
    inputs = inputs_of(graph, 3)
    names = {"blocks.1.attention.residual", "head.norm"}
    found, expected = kept_values(graph, inputs, names), run(graph, inputs)
    assert found.keys() == names
    for name in names:
        np.testing.assert_array_equal(found[name], expected[name])
    course = Course(graph, inputs)
    first, second, *_ = graph
    course.keep(first, inputs)
    course.keep(second, expected[second.name])
    with pytest.raises(KeyError):
        course.operands(second)
