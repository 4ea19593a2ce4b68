"""An embedding at the key owner: the same function, in two parts, of which one is encrypted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import checkpoint
from models.architectures import registry
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.architectures.vit import VitShape
from models.conversion import to_polynomial
from models.embedding import at_key_owner, graph_holder, held_by, parted
from models.errors import ModelError
from models.graph import Graph
from models.reference import outputs, run
from tests.small_models import SETTINGS, varied

DIM, TOKENS, SYMBOLS = 8, 6, 30
_BERT = {"dim": DIM, "heads": 2, "blocks": 1, "mlp_ratio": 2}
BERTS = {
    "pre": BertShape(**_BERT, pool="mean"),
    "post": BertShape(**_BERT, norm_position="post", pooler=True),
}


def bert(position: str, options: Options = ORIGINAL) -> Graph:
    data = DataShape(TOKENS, SYMBOLS, 3)
    return varied(registry.build(BERTS[position], options, data, {}, np.random.default_rng(0), "small"))


def gpt() -> Graph:
    shape, data = GptShape(dim=DIM, heads=2, blocks=1, mlp_ratio=2), DataShape(TOKENS, SYMBOLS, SYMBOLS)
    return varied(registry.build(shape, ORIGINAL, data, {}, np.random.default_rng(0), "small"))


def sentences(count: int) -> np.ndarray:
    """Tokens by their numbers, every second sentence half as long."""
    numbers = np.random.default_rng(1).integers(0, SYMBOLS, (count, TOKENS))
    numbers[::2, TOKENS // 2 :] = -1
    return numbers


@pytest.mark.parametrize("position", BERTS)
def test_sentences_give_the_same_in_two_parts(position: str) -> None:
    graph, inputs = bert(position), sentences(4)
    apart = parted(at_key_owner(graph))
    embedded = apart.encrypted(inputs)
    assert embedded.shape == (4, TOKENS, DIM + 1)
    np.testing.assert_array_equal(embedded[..., -1], inputs >= 0)
    np.testing.assert_allclose(outputs(apart.served, embedded), outputs(graph, inputs), atol=1e-12)
    last = {"pre": "embedding", "post": "embedding.norm"}[position]
    np.testing.assert_array_equal(embedded[..., :-1], run(graph, inputs)[last])


def test_a_text_without_padding_is_encrypted_as_its_embedding_alone() -> None:
    graph, inputs = gpt(), np.abs(sentences(2))
    apart = parted(at_key_owner(graph))
    embedded = apart.encrypted(inputs)
    np.testing.assert_array_equal(embedded, run(graph, inputs)["embedding"])
    np.testing.assert_allclose(outputs(apart.served, embedded), outputs(graph, inputs), atol=1e-12)


@pytest.mark.parametrize("position", BERTS)
def test_the_whole_is_one_graph_and_a_checkpoint_keeps_it(position: str, tmp_path: Path) -> None:
    whole, inputs = at_key_owner(bert(position)), sentences(4)
    np.testing.assert_allclose(outputs(whole, inputs), outputs(bert(position), inputs), atol=1e-12)
    checkpoint.save_graph(whole, tmp_path, "polynomial", "float64")
    loaded = checkpoint.load_graph(tmp_path, "polynomial")
    assert (graph_holder(loaded), loaded.metadata["embedding"]) == ("client", "client")
    apart = parted(loaded)
    np.testing.assert_array_equal(outputs(apart.joined(apart.served), inputs), outputs(whole, inputs))


@pytest.mark.parametrize("position", BERTS)
def test_conversion_leaves_the_key_owners_part_as_it_is(position: str) -> None:
    options = Options(norm="layer", mlp_norm=False)
    whole, inputs = at_key_owner(bert(position, options)), sentences(200)
    converted = to_polynomial(whole, inputs, SETTINGS, "float64")
    before, after = parted(whole), parted(converted)
    np.testing.assert_array_equal(after.encrypted(inputs), before.encrypted(inputs))
    assert after.served.not_polynomial() == []
    assert not {node.operation for node in after.served} & {"take_features", "layer_norm"}
    # exact but for the approximations: the interval of each is calibrated on these samples
    expected = outputs(to_polynomial(bert(position, options), inputs, SETTINGS, "float64"), inputs)
    exact = outputs(whole, inputs)
    error, other = (np.abs(found - exact).max() for found in (outputs(converted, inputs), expected))
    assert error < 1.1 * other < np.abs(exact).max()


def test_the_key_owner_holds_a_table_and_no_block() -> None:
    apart = parted(at_key_owner(bert("post")))
    assert apart.client is not None
    assert {node.name for node in apart.client} == {
        *("input", "embedding", "padding", "embedding.norm", "encrypted")
    }
    assert not any(node.layer.startswith("blocks") for node in apart.client)


def test_what_has_no_embedding_of_tokens_is_refused() -> None:
    shape, data = VitShape(dim=DIM, heads=2, blocks=1, mlp_ratio=2), DataShape(4, 3, 2)
    vit = registry.build(shape, ORIGINAL, data, {}, np.random.default_rng(0), "vit")
    assert graph_holder(vit) is None
    assert parted(vit).client is None
    assert parted(vit).served is vit
    for graph in (vit, at_key_owner(gpt())):
        with pytest.raises(ModelError, match="leave out embedding: client"):
            at_key_owner(graph)
    with pytest.raises(ModelError, match="embedding: server"):
        at_key_owner(replace(gpt(), output="embedding"))


def test_a_recipe_says_who_holds_it() -> None:
    graph = gpt()
    assert held_by(graph, "server") is graph
    held = held_by(graph, "client")
    assert graph_holder(held) == "client"
    assert held_by(held, "client") is held
    with pytest.raises(ModelError, match="write embedding: client"):
        held_by(held, "server")
