"""Every architecture with every option: what it is made of, and that it runs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from models.architectures import registry
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.architectures.swin import SwinShape
from models.architectures.vit import VitShape
from models.errors import ModelError
from models.graph import Graph
from models.reference import outputs
from tests.models.architectures.small import SMALL, build, inputs

OPTIONS = {
    "original": ORIGINAL,
    "he_friendly": Options(),
    "relu": Options(attention="relu", activation="relu"),
    "language": Options(norm="layer", mlp_norm=False, length="full"),
    "score_norm": Options(score_norm=True, length_scaling="both"),
    "score_bias": Options(score_bias=1.0, norm="layer", mlp_norm=False),
    "unscaled": Options(length_scaling="none"),
    "by_length_before": Options(length_scaling="before", length_power=1.0),
}
POSITIONS = {"vit": 1, "swin": 1, "swin_wide": 1, "gpt": 6, "bert": 1, "bert_post": 1}
POSITIONS |= {"bert_embedding": 1, "bert_mean": 1, "gpt_rotary": 6}


def count(graph: Graph) -> Counter[str]:
    return Counter(node.operation for node in graph)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", SMALL)
def test_every_option_runs_and_notes_what_it_is(name: str, options: Options) -> None:
    graph = build(name, options)
    architecture, data = SMALL[name]
    result = outputs(graph, inputs(graph))
    assert result.shape == (3, POSITIONS[name], data.classes)
    assert np.isfinite(result).all()
    assert np.ptp(result, axis=0).min() > 0, "the logits depend on the sample"
    assert graph.metadata["architecture"] == architecture.model_dump(mode="json")
    assert graph.metadata["options"] == options.model_dump(mode="json")
    assert graph.metadata["metric"] == ("perplexity" if name.startswith("gpt") else "accuracy")


@pytest.mark.parametrize("name", SMALL)
def test_each_option_changes_the_operations_that_it_names(name: str) -> None:
    original, friendly = count(build(name, ORIGINAL)), count(build(name, Options()))
    attentions = original["softmax"]
    assert attentions == original["gelu"] == original["mix"], "a block is an attention and an MLP"
    assert original["batch_norm"] == friendly["softmax"] == friendly["layer_norm"] == 0
    assert friendly["gelu"] == 2 * attentions
    assert friendly["batch_norm"] == original["layer_norm"] + attentions
    assert count(build(name, Options(attention="relu")))["relu"] == attentions
    assert count(build(name, Options(norm="layer")))["layer_norm"] == original["layer_norm"]
    assert count(build(name, Options(mlp_norm=False)))["batch_norm"] == original["layer_norm"]
    with_score_norm = build(name, Options(score_norm=True))
    over_heads = [node for node in with_score_norm if node.attributes.get("over") == "heads"]
    assert len(over_heads) == attentions
    for node in over_heads:
        assert with_score_norm[f"{node.layer}.activation"].inputs == (node.name,)


@pytest.mark.parametrize("name", SMALL)
def test_a_score_bias_stands_per_head_before_the_activation_and_begins_where_it_is_told(name: str) -> None:
    architecture, data = SMALL[name]
    rng = np.random.default_rng(0)
    options = Options(score_bias=0.7, score_norm=True)
    graph = registry.build(architecture, options, data, {}, rng, name)
    added = [node for node in graph if node.name.endswith(".score_bias")]
    assert len(added) == count(graph)["scores"]
    for node in added:
        heads = graph[f"{node.layer}.q.heads"].attributes["heads"]
        np.testing.assert_array_equal(node.arrays["bias"], np.full((heads, 1, 1), 0.7))
        before = f"{node.layer}.{'relative' if 'swin' in name else 'scaled'}"
        assert node.inputs == (before,)
        assert graph[f"{node.layer}.score_norm"].inputs == (node.name,)


def test_layers_are_named_by_block() -> None:
    layers = list(dict.fromkeys(node.layer for node in build("vit", Options())))
    blocks = [f"blocks.{index}.{part}" for index in (0, 1) for part in ("attention", "mlp")]
    assert layers == ["input", "embedding", *blocks, "head"]
    swin = {node.layer for node in build("swin", Options())}
    assert {"stages.0.blocks.2.mlp", "merging.0", "stages.1.blocks.0.attention"} <= swin


def test_the_residual_stream_comes_first() -> None:
    graph = build("vit", Options())
    assert graph["blocks.0.attention.residual"].inputs == ("embedding", "blocks.0.attention.projection")
    assert graph["blocks.0.mlp.residual"].inputs == ("blocks.0.attention.residual", "blocks.0.mlp.projection")


def test_the_seed_alone_decides_the_weights() -> None:
    def weights(seed: int) -> np.ndarray:
        architecture, data = SMALL["gpt"]
        rng = np.random.default_rng(seed)
        graph = registry.build(architecture, ORIGINAL, data, {}, rng, "g")
        return graph["blocks.1.mlp.expand"].arrays["weight"]

    np.testing.assert_array_equal(weights(3), weights(3))
    assert not np.array_equal(weights(3), weights(4))
    assert np.abs(weights(3)).max() <= 1 / np.sqrt(12)


def test_half_the_papers_swin_has_its_stages() -> None:
    shape = SwinShape(dim=48, depths=(2, 6, 4), heads=(3, 6, 12), window=4, mlp_ratio=4)
    rng = np.random.default_rng(0)
    graph = registry.build(shape, Options(), DataShape(256, 48, 200), {}, rng, "swin")
    reduced = [graph[f"merging.{index}.reduction"].arrays["weight"].shape for index in (0, 1)]
    assert reduced == [(96, 192), (192, 384)]
    assert graph["head"].arrays["weight"].shape == (200, 192)
    assert count(graph)["scores"] == 12
    assert {node.attributes["block"] for node in graph if node.operation == "scores"} == {16}
    shifts = [node.name for node in graph if node.name.endswith(".shift")]
    # One permutation per change of order; the last stage is a single window, which none can shift.
    assert len(shifts) == 1 + 5


def test_a_recipe_names_the_architecture_by_its_kind() -> None:
    adapter = TypeAdapter(registry.Architecture)
    literal = {"kind": "vit", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 2}
    assert adapter.validate_python(literal) == VitShape(dim=8, heads=2, blocks=1, mlp_ratio=2)


@pytest.mark.parametrize(
    ("literal", "cause"),
    [
        ({"kind": "vit", "dim": 8, "heads": 3, "blocks": 1, "mlp_ratio": 2}, "not a multiple of heads 3"),
        (
            {"kind": "vit", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1.3},
            "10 features are a ratio of 1.25",
        ),
        ({"kind": "swin", "dim": 8, "depths": [2], "heads": [2, 2], "window": 2, "mlp_ratio": 2}, "1 stages"),
        (
            {"kind": "swin", "dim": 8, "depths": [1, 1], "heads": [2, 3], "window": 2, "mlp_ratio": 2},
            "16 features are not a multiple of 3",
        ),
        ({"kind": "rnn", "dim": 8}, "does not match any of the expected tags"),
    ],
)
def test_shapes_that_contradict_themselves_are_refused(literal: dict[str, object], cause: str) -> None:
    with pytest.raises(ValidationError, match=cause):
        TypeAdapter(registry.Architecture).validate_python(literal)


@pytest.mark.parametrize("tokens", [60, 9, 4])
def test_a_grid_that_windows_do_not_divide_is_refused(tokens: int) -> None:
    shape = SwinShape(dim=6, depths=(1, 1, 1), heads=(1, 1, 1), window=2, mlp_ratio=1)
    with pytest.raises(ModelError, match="do not divide"):
        registry.build(shape, Options(), DataShape(tokens, 4, 2), {}, np.random.default_rng(0), "swin")


def test_softmax_takes_no_scaling() -> None:
    with pytest.raises(ValidationError, match="length_scaling: none"):
        Options(attention="softmax")
