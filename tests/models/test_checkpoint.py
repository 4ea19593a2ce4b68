"""A checkpoint comes back as it was, or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import digest, ladder, load_graph, noted, save_graph
from models.errors import ModelError
from models.graph import Graph, Node
from models.operations import OPERATIONS
from models.operations.attributes import KINDS, NOTES
from models.reference import logits
from tests.random_vit import random_inputs, random_vit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_graph(random_vit(1, blocks=1, dim=4, heads=2, tokens=3), tmp_path, "polynomial")
    return tmp_path


def test_a_graph_comes_back_with_its_weights_in_float32(folder: Path) -> None:
    graph, loaded = random_vit(1, blocks=1, dim=4, heads=2, tokens=3), load_graph(folder, "polynomial")
    assert [node.name for node in loaded] == [node.name for node in graph]
    for node in graph:
        back = loaded[node.name]
        assert (back.operation, back.inputs, back.layer) == (node.operation, node.inputs, node.layer)
        assert dict(back.attributes) == dict(node.attributes)
        for name, array in node.arrays.items():
            exact = array if node.operation == "polynomial" else array.astype(np.float32)
            assert back.arrays[name].dtype == np.float64
            np.testing.assert_array_equal(back.arrays[name], exact)
    x = random_inputs(2, 4, 3, 5)
    np.testing.assert_allclose(logits(loaded, x), logits(graph, x), atol=1e-5)


def test_saving_again_what_was_loaded_changes_nothing(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    save_graph(load_graph(folder, "polynomial"), again, "polynomial")
    assert digest(again, "polynomial") == digest(folder, "polynomial")


def test_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"has no original\.json"):
        load_graph(folder, "original")
    (folder / "polynomial.safetensors").unlink()
    with pytest.raises(ModelError, match=r"has no polynomial\.safetensors"):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_flipped_bit_in_the_arrays_is_refused(folder: Path, position: int) -> None:
    path = folder / "polynomial.safetensors"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="does not match the digest"):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"format": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b"[]", "is not a checkpoint of format"),
        (b'{"format": 99}', "is not a checkpoint of format"),
        (b'{"format": 1}', "does not match the digest"),
    ],
)
def test_a_header_of_another_kind_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "polynomial.json").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize("change", [{"nodes": None}, {"nodes": [{}]}, {"output": "nowhere"}])
def test_a_header_that_describes_no_graph_is_refused(folder: Path, change: dict[str, object]) -> None:
    path = folder / "polynomial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError):
        load_graph(folder, "polynomial")


def changed(folder: Path, node: str, attributes: dict[str, object]) -> None:
    """The header with other attributes of one node; what is None goes."""
    path = folder / "polynomial.json"
    header = json.loads(path.read_text())
    (found,) = [entry for entry in header["nodes"] if entry["name"] == node]
    merged = found["attributes"] | attributes
    found["attributes"] = {name: value for name, value in merged.items() if value is not None}
    path.write_text(json.dumps(header))


@pytest.mark.parametrize(
    ("operation", "attributes", "message"),
    [
        ("input", {"tokens": 10**9}, "'tokens' is 1000000000; it must be a whole number from 1 to 65,536"),
        ("input", {"tokens": -3}, "'tokens' is -3; it must be a whole number"),
        ("input", {"tokens": 0}, "'tokens' is 0"),
        ("input", {"tokens": 3.0}, "'tokens' is 3.0"),
        ("input", {"tokens": True}, "'tokens' is True"),
        ("input", {"tokens": "3" * 1000}, "'tokens' is '333.*…; it must be"),
        ("input", {"tokens": None}, "input needs the attribute 'tokens'"),
        ("input", {"features": 7}, r"weight \[.*\] and bias \[.*\] do not fit 3 tokens of 7 features"),
        ("input", {"colour": "red"}, "input has no attribute 'colour'; it may have"),
        ("input", {"one_hot": 1}, "'one_hot' is 1; it must be true or false"),
        ("split_heads", {"heads": 3}, "4 features do not divide among 3 heads"),
        ("split_heads", {"heads": 2**40}, "'heads' is 1099511627776"),
        ("scores", {"block": 2}, "do not meet in blocks of 2 tokens"),
        ("polynomial", {"basis": "legendre"}, "'basis' is 'legendre'; it must be power or chebyshev"),
        ("polynomial", {"interval": [1.0, -1.0]}, "'interval' is .* it must be two finite numbers"),
        ("polynomial", {"interval": [0.0, float("inf")]}, "'interval' is .* it must be two finite numbers"),
        ("polynomial", {"interval": [0.0]}, "'interval' is .* it must be two finite numbers"),
        ("polynomial", {"mean": float("nan")}, "'mean' is nan; it must be a finite number"),
        ("polynomial", {"mean": 10**400}, "'mean' is 1000.*; it must be a finite number"),
    ],
)
def test_attributes_are_those_of_the_operation(
    folder: Path, operation: str, attributes: dict[str, object], message: str
) -> None:
    node = next(node for node in load_graph(folder, "polynomial") if node.operation == operation)
    changed(folder, node.name, attributes)
    with pytest.raises(ModelError, match=message) as caught:
        load_graph(folder, "polynomial")
    assert str(caught.value).startswith(f"{folder / 'polynomial.json'}: node ")
    assert str(caught.value).endswith("; restore the checkpoint")


def reordered(folder: Path, operation: str, **attributes: object) -> None:
    nodes = (
        Node("input", "input", (), {"tokens": 3, "features": 2}),
        Node("chosen", operation, ("input",), attributes),
    )
    save_graph(Graph("small", nodes, "chosen"), folder, "polynomial")


@pytest.mark.parametrize(
    ("operation", "attributes", "message"),
    [
        ("gather_tokens", {"order": [0, 3]}, "token 3 is none of 3, counted from 0"),
        ("gather_tokens", {"order": [-1]}, "'order' is .-1.; it must be a list of tokens, from 0"),
        ("gather_tokens", {"order": []}, "'order' is"),
        ("gather_tokens", {"order": 3}, "'order' is 3"),
        ("merge_tokens", {"groups": [[0, 5]]}, "token 5 is none of 3"),
        ("merge_tokens", {"groups": [[0, 1], [2]]}, "'groups' is .* all of one length"),
    ],
)
def test_chosen_tokens_are_there(
    tmp_path: Path, operation: str, attributes: dict[str, object], message: str
) -> None:
    reordered(tmp_path, operation, **attributes)
    with pytest.raises(ModelError, match=message):
        load_graph(tmp_path, "polynomial")


def test_every_attribute_of_an_operation_says_what_it_may_be() -> None:
    named = {name for one in OPERATIONS.values() for name in (*one.attributes, *one.optional)}
    assert named | set(NOTES) == set(KINDS)


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_what_is_noted_beside_graphs_is_json_or_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ladder.json"
    path.write_text(text)
    with pytest.raises(ModelError, match="make it again"):
        noted(path)
    with pytest.raises(ModelError, match="make it again"):
        ladder(tmp_path / "elsewhere")
